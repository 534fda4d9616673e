// What the phone keeps: orders with the feed's cursor, and presses until they are answered. Written whole before it is shown.
import type { Cursor } from "../feed/frames";
import type { Stream, Thing, Things } from "../feed/stream";
import type { Press } from "../trade/press";
import type { OwnRoute } from "../trade/way";

interface StreamRow {
  readonly name: string;
  readonly cursor: Cursor;
}

interface ThingRow extends Thing {
  readonly stream: string;
  readonly k: string;
  readonly id: string;
}

const VERSION = 2;
const OWN = "own";

export class Shelf {
  readonly #db: IDBDatabase;

  private constructor(db: IDBDatabase) {
    this.#db = db;
  }

  /** Each unit has a shelf of its own, so that the next unit on this phone does not see the last one's orders. */
  static async open(unit: string): Promise<Shelf> {
    const request = indexedDB.open(nameOf(unit), VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore("streams", { keyPath: "name" });
        request.result.createObjectStore("things", { keyPath: ["stream", "k", "id"] });
        request.result.createObjectStore("presses", { keyPath: "n", autoIncrement: true });
      }
      request.result.createObjectStore("ways");
    };
    return new Shelf(await result(request));
  }

  close(): void {
    this.#db.close();
  }

  async streams(): Promise<ReadonlyMap<string, Stream>> {
    const read = this.#db.transaction(["streams", "things"], "readonly");
    const [rows, things] = await Promise.all([
      result<StreamRow[]>(read.objectStore("streams").getAll()),
      result<ThingRow[]>(read.objectStore("things").getAll()),
    ]);
    return new Map(
      rows.map(({ name, cursor }) => [name, { cursor, things: thingsOf(things.filter(({ stream }) => stream === name)), arriving: null }]),
    );
  }

  /** The stream as it now stands, its cursor with it, in one transaction; resolves when that is on the disk. */
  async keepStream(name: string, before: Stream, now: Stream): Promise<void> {
    const write = this.#write(["streams", "things"]);
    write.objectStore("streams").put({ name, cursor: now.cursor } satisfies StreamRow);
    const store = write.objectStore("things");
    for (const [k, kind] of before.things) {
      for (const id of kind.keys()) if (!now.things.get(k)?.has(id)) store.delete([name, k, id]);
    }
    for (const [k, kind] of now.things) {
      for (const [id, thing] of kind) {
        if (before.things.get(k)?.get(id) !== thing) store.put({ stream: name, k, id, ...thing } satisfies ThingRow);
      }
    }
    await done(write);
  }

  /** The way to where the order in hand leads, as it was read. */
  async way(): Promise<OwnRoute | null> {
    const kept = await result<Partial<OwnRoute> | undefined>(this.#db.transaction("ways").objectStore("ways").get(OWN));
    return kept?.to === undefined ? null : (kept as OwnRoute); // earlier pages kept a route alone
  }

  async keepWay(way: OwnRoute): Promise<void> {
    const write = this.#write(["ways"]);
    write.objectStore("ways").put(way, OWN);
    await done(write);
  }

  async presses(): Promise<readonly Press[]> {
    return result<Press[]>(this.#db.transaction("presses").objectStore("presses").getAll());
  }

  /** Keeps a new press and gives it its number. */
  async addPress(press: Omit<Press, "n">): Promise<Press> {
    const write = this.#write(["presses"]);
    const n = await result(write.objectStore("presses").add(press));
    await done(write);
    return { ...press, n: n as number };
  }

  async keepPress(press: Press): Promise<void> {
    const write = this.#write(["presses"]);
    write.objectStore("presses").put(press);
    await done(write);
  }

  async dropPresses(numbers: readonly number[]): Promise<void> {
    const write = this.#write(["presses"]);
    for (const n of numbers) write.objectStore("presses").delete(n);
    await done(write);
  }

  /** Whoever takes this phone next sees no caller; presses not yet sent stay. */
  async forgetOrders(): Promise<void> {
    const write = this.#write(["streams", "things", "ways"]);
    for (const store of ["streams", "things", "ways"]) write.objectStore(store).clear();
    await done(write);
  }

  /** Authority was withdrawn: nothing stays. */
  async wipe(): Promise<void> {
    const write = this.#write(["streams", "things", "presses", "ways"]);
    for (const store of ["streams", "things", "presses", "ways"]) write.objectStore(store).clear();
    await done(write);
  }

  #write(stores: string[]): IDBTransaction {
    return this.#db.transaction(stores, "readwrite", { durability: "strict" });
  }
}

function nameOf(unit: string): string {
  return `rescue-circle ${unit}`;
}

function thingsOf(rows: readonly ThingRow[]): Things {
  const things = new Map<string, Map<string, Thing>>();
  for (const { k, id, v, b } of rows) things.set(k, (things.get(k) ?? new Map<string, Thing>()).set(id, { v, b }));
  return things;
}

function result<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the device's store refused"));
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error("the device's store gave up"));
    transaction.onerror = () => reject(transaction.error ?? new Error("the device's store refused"));
  });
}
