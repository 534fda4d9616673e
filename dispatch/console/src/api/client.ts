// Asking the service over HTTP: JSON in, JSON out, and two ways to fail: it refused, or it could not be reached.
import { language } from "../words/language";
import { token } from "./token";

/** The service answered, and the answer is no; `message` is a sentence in the reader's language. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(status: number, body: RefusalBody) {
    super(body.message ?? `HTTP ${status}`);
    this.name = "Refusal";
    this.status = status;
    this.code = body.error ?? "";
    this.field = body.field;
    this.detail = body.detail ?? {};
  }

  /** Whether the same request may be answered differently later, so that it must be kept and sent again. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408 || this.code === "busy" || this.code === "unknown";
  }

  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** No answer came: the request may or may not have arrived. The same id may be sent again. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("unreachable", { cause });
    this.name = "Unreachable";
  }
}

interface RefusalBody {
  error?: string;
  message?: string;
  field?: string;
  detail?: Record<string, unknown>;
}

const PATIENCE_MS = 20_000;

export function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return ask<Answer>("GET", path, undefined, signal);
}

export function post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  return ask<Answer>("POST", path, body);
}

export function remove(path: string): Promise<void> {
  return ask<void>("DELETE", path);
}

/** Ends a session although the page is being left: nobody waits for the answer. */
export function letGo(token: string): void {
  const headers = { Authorization: `Bearer ${token}` };
  void fetch("/api/session", { method: "DELETE", keepalive: true, headers }).catch(() => undefined);
}

/** A picture of the service as a data URL, which the page's policy lets an image show. */
export async function readPicture(path: string): Promise<string> {
  const answer = await reached(path, { credentials: "same-origin", headers: seatHeaders(), signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Refusal(answer.status, {});
  const picture = await answer.blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(new Unreachable(reader.error));
    reader.readAsDataURL(picture);
  });
}

/** The headers that say whose request it is, where the browser's cookie does not. */
export function seatHeaders(): Readonly<Record<string, string>> {
  const own = token();
  return own === null ? {} : { Authorization: `Bearer ${own}` };
}

async function ask<Answer>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const answer = await reached(path, {
    method,
    credentials: "same-origin",
    cache: "no-store",
    headers: {
      Accept: "application/json",
      "Accept-Language": language.value,
      "Device-Now": String(Date.now()),
      ...seatHeaders(),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) : AbortSignal.timeout(PATIENCE_MS),
  });
  const content = await contentOf(answer);
  if (!answer.ok) throw new Refusal(answer.status, isRecord(content) ? content : {});
  return content as Answer;
}

async function reached(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw new Unreachable(failure);
  }
}

async function contentOf(answer: Response): Promise<unknown> {
  let text: string;
  try {
    text = await answer.text();
  } catch (failure) {
    throw new Unreachable(failure); // it broke off after its head
  }
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (failure) {
    if (!answer.ok) return undefined;
    throw new Unreachable(failure);
  }
}

function isRecord(value: unknown): value is RefusalBody {
  return typeof value === "object" && value !== null;
}
