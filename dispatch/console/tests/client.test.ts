// Requests: one id while the outcome is unknown, errors in the service's own words, the reader's language asked for.
import { afterEach, describe, expect, it, vi } from "vitest";
import { post, read, Refusal, Unreachable } from "../src/api/client";
import { postOnce } from "../src/api/once";
import { language } from "../src/words/language";

interface Sent {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: { id?: string };
}

function service(...answers: (() => Response)[]): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal("fetch", (path: string, request: RequestInit) => {
    sent.push({ path, headers: request.headers as Record<string, string>, body: JSON.parse(String(request.body ?? "{}")) as Sent["body"] });
    const answer = answers[Math.min(sent.length, answers.length) - 1]!;
    return Promise.resolve().then(answer);
  });
  return sent;
}

const created = () => new Response("{}", { status: 201 });
const lost = () => {
  throw new TypeError("network");
};

afterEach(() => {
  vi.unstubAllGlobals();
  language.value = "zh";
});

describe("a request", () => {
  it("asks for the answer in the reader's language and tells the device's clock", async () => {
    const sent = service(created);
    language.value = "en";
    await read("/api/units");
    expect(sent[0]!.headers).toMatchObject({ "Accept-Language": "en" });
    expect(Number(sent[0]!.headers["Device-Now"])).toBeGreaterThan(1.7e12);
  });

  it("that is refused fails with the service's sentence, code and field", async () => {
    service(() => new Response(JSON.stringify({ error: "reason_required", message: "改派须说明理由", field: "reason" }), { status: 422 }));
    const failure = await post("/x").catch((problem: unknown) => problem);
    expect(failure).toBeInstanceOf(Refusal);
    expect(failure).toMatchObject({ status: 422, code: "reason_required", message: "改派须说明理由", field: "reason", passing: false });
  });

  it("that gets no answer, or half of one, is not known to have failed", async () => {
    service(lost);
    await expect(post("/x")).rejects.toBeInstanceOf(Unreachable);
    service(() => new Response('{"half', { status: 200 }));
    await expect(post("/x")).rejects.toBeInstanceOf(Unreachable);
    for (const status of [201, 409]) {
      service(() => new Response(new ReadableStream({ start: (body) => body.error(new TypeError("cut")) }), { status }));
      await expect(post("/x")).rejects.toBeInstanceOf(Unreachable);
    }
  });
});

describe("a request that creates something", () => {
  it("goes again with the same id until it is answered, then with another", async () => {
    const sent = service(lost, () => new Response("{}", { status: 503 }), created, created);
    for (let n = 0; n < 4; n += 1) await postOnce("/api/incidents", { note: "同一起" }).catch(() => undefined);
    const ids = sent.map(({ body }) => body.id);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
  });

  it("gets a new id when what it says has changed, or it was refused", async () => {
    const sent = service(lost, lost, () => new Response("{}", { status: 422 }), created);
    await postOnce("/y", { a: 1 }).catch(() => undefined);
    await postOnce("/y", { a: 2 }).catch(() => undefined);
    await postOnce("/y", { a: 2 }).catch(() => undefined);
    await postOnce("/y", { a: 2 });
    const ids = sent.map(({ body }) => body.id);
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[1]);
    expect(ids[3]).not.toBe(ids[2]);
  });
});
