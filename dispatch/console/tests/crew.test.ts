// The phone's promises: nothing shown before it is stored, nothing pressed is lost, nothing sent as two.
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Order } from "../src/api/wire";
import { Orders } from "../src/crew/orders";
import { Presses } from "../src/crew/presses";
import { Shelf } from "../src/crew/shelf";
import type { StreamFrame } from "../src/feed/frames";
import { anOrder } from "./things";

const UNIT = anOrder().unit;
const OWN = `unit/${UNIT}`;

let shelf: Shelf;
let orders: Orders;

beforeEach(async () => {
  shelf = await Shelf.open(UNIT);
  orders = await Orders.on(shelf, UNIT);
});

afterEach(async () => {
  await shelf.wipe();
  shelf.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The page killed and opened again. */
async function reopened(): Promise<Orders> {
  shelf.close();
  shelf = await Shelf.open(UNIT);
  return Orders.on(shelf, UNIT);
}

async function snapshot(q: number, rows: readonly Order[]): Promise<void> {
  await orders.take({ t: "sub", s: OWN, e: "A", head: q, mode: "snapshot" });
  await orders.take({ t: "snap", s: OWN, e: "A", q, part: 0, last: true, rows: rows.map(row) });
}

function row(order: Order) {
  return { k: "assignment", id: order.id, v: order.version, b: order };
}

function event(q: number, order: Order): StreamFrame {
  return { t: "ev", s: OWN, q, at: 0, ...row(order) };
}

describe("an order", () => {
  it("is shown only when it and the cursor are stored", async () => {
    await snapshot(1, []);
    let release = (): void => undefined;
    const keep = shelf.keepStream.bind(shelf);
    const kept = vi.spyOn(shelf, "keepStream").mockImplementation(async (...stream) => {
      await new Promise<void>((resolve) => (release = resolve));
      return keep(...stream);
    });
    const taken = orders.take(event(2, anOrder()));
    await vi.waitFor(() => expect(kept).toHaveBeenCalled());
    expect(orders.all.value).toEqual([]);
    release();
    expect(await taken).toEqual({ e: "A", q: 2 });
    expect(orders.all.value).toEqual([anOrder()]);
  });

  it("is neither shown nor acknowledged when the store refuses it", async () => {
    await snapshot(1, []);
    vi.spyOn(shelf, "keepStream").mockRejectedValue(new Error("the disk is full"));
    await expect(orders.take(event(2, anOrder()))).rejects.toThrow("the disk is full");
    expect(orders.all.value).toEqual([]);
    expect((await orders.cursors()).get(OWN)).toEqual({ e: "A", q: 1 });
  });

  it("survives the page with its cursor, and is gone with the snapshot that no longer holds it", async () => {
    await snapshot(1, [anOrder()]);
    await orders.take(event(2, anOrder({ state: "acknowledged", version: 2 })));
    orders = await reopened();
    expect(orders.all.value).toEqual([anOrder({ state: "acknowledged", version: 2 })]);
    expect((await orders.cursors()).get(OWN)).toEqual({ e: "A", q: 2 });
    await snapshot(9, []);
    orders = await reopened();
    expect(orders.all.value).toEqual([]);
  });

  it("is not set back by an older push after its answer", async () => {
    await snapshot(1, [anOrder()]);
    await orders.answered(anOrder({ state: "en_route", version: 3 }));
    await orders.take(event(2, anOrder({ state: "acknowledged", version: 2 })));
    expect(orders.all.value[0]).toMatchObject({ state: "en_route", version: 3 });
    orders = await reopened();
    expect(orders.all.value[0]).toMatchObject({ state: "en_route", version: 3 });
  });

  it("of one unit is not on another unit's shelf", async () => {
    await snapshot(1, [anOrder()]);
    const other = await Shelf.open("another unit");
    expect([...(await other.streams())]).toEqual([]);
    other.close();
  });
});

/** The service at the other end of the wire: what it was sent, and what it answers. */
class Service {
  readonly got: { path: string; body: { id: string; step: string; device_at: string } }[] = [];
  answer: () => Response | Promise<Response> = () => json(201, anOrder({ version: this.got.length + 1 }));

  constructor() {
    vi.stubGlobal("fetch", (path: string, request: RequestInit) => {
      this.got.push({ path, body: JSON.parse(String(request.body)) as (typeof this.got)[0]["body"] });
      return Promise.resolve().then(() => this.answer());
    });
  }

  steps(): string[] {
    return this.got.map(({ body }) => body.step);
  }
}

function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

describe("a press", () => {
  it("is stored before it is sent, and sent with its own id and the device's time", async () => {
    const service = new Service();
    const presses = await Presses.on(shelf, orders, () => undefined);
    await presses.press(anOrder(), "acknowledge");
    const [stored] = await shelf.presses();
    await vi.waitFor(() => expect(presses.waiting.value).toEqual([]));
    expect(service.got[0]).toMatchObject({
      path: `/api/assignments/${anOrder().id}/steps`,
      body: { id: stored!.id, step: "acknowledge", device_at: stored!.device_at, channel: "device" },
    });
  });

  it("waits while there is no network, keeps its place, and goes again with the same id", async () => {
    const service = new Service();
    service.answer = () => Promise.reject(new TypeError("no network"));
    const presses = await Presses.on(shelf, orders, () => undefined);
    await presses.press(anOrder(), "acknowledge");
    await presses.press(anOrder(), "en_route");
    await vi.waitFor(() => expect(service.got.length).toBeGreaterThan(0));
    expect(service.steps()).not.toContain("en_route");
    expect(presses.waiting.value).toHaveLength(2);

    const later = await Presses.on(shelf, orders, () => undefined);
    expect(later.waiting.value.map(({ step }) => step)).toEqual(["acknowledge", "en_route"]);
    const before = service.got.length;
    service.answer = () => json(201, anOrder({ version: 9 }));
    later.sendNow();
    await vi.waitFor(() => expect(later.waiting.value).toEqual([]));
    expect(service.steps().slice(before)).toEqual(["acknowledge", "en_route"]);
    expect(service.got[before]!.body.id).toBe(service.got[0]!.body.id);
  });

  it("is kept when the outcome is unknown or the service busy", async () => {
    for (const [status, error] of [[503, "busy"], [503, "unknown"], [500, "bug"], [429, "too_many"]] as const) {
      await shelf.wipe();
      const service = new Service();
      service.answer = () => json(status, { error, message: "later" });
      const presses = await Presses.on(shelf, orders, () => undefined);
      await presses.press(anOrder(), "acknowledge");
      await vi.waitFor(() => expect(service.got).toHaveLength(1));
      expect(presses.waiting.value, error).toHaveLength(1);
    }
  });

  it("that is refused says why, and those behind it still go", async () => {
    const service = new Service();
    service.answer = () => (service.got.length === 1 ? json(409, { error: "stale", message: "该派警已结束" }) : json(201, anOrder()));
    const presses = await Presses.on(shelf, orders, () => undefined);
    await presses.press(anOrder(), "acknowledge");
    await presses.press(anOrder(), "note", "收到");
    await vi.waitFor(() => expect(presses.waiting.value).toEqual([]));
    expect(presses.all.value.map(({ fate, said }) => [fate, said])).toEqual([
      ["refused", "该派警已结束"],
      ["answered", null],
    ]);
  });

  it("stays when the session has ended, and the page is told", async () => {
    const service = new Service();
    service.answer = () => json(401, { error: "not_signed_in", message: "请先登录" });
    const signedOut = vi.fn();
    const presses = await Presses.on(shelf, orders, signedOut);
    await presses.press(anOrder(), "acknowledge");
    await vi.waitFor(() => expect(signedOut).toHaveBeenCalled());
    expect(presses.waiting.value).toHaveLength(1);
  });

  it("is forgotten with its order, but never while it waits", async () => {
    new Service();
    const presses = await Presses.on(shelf, orders, () => undefined);
    await presses.press(anOrder(), "acknowledge");
    await vi.waitFor(() => expect(presses.waiting.value).toEqual([]));
    await presses.tidy(new Set([anOrder().id]));
    expect(presses.all.value).toHaveLength(1);
    await presses.tidy(new Set());
    expect(presses.all.value).toEqual([]);
    expect(await shelf.presses()).toEqual([]);
  });
});
