// The live connection: ticket, hello, heartbeats, hand every frame to who keeps it, acknowledge, and reconnect for ever.
import { Refusal } from "../api/client";
import {
  NOTHING_YET,
  PATIENCE,
  type Cursor,
  type Patience,
  type Pos,
  type Profile,
  type ServerFrame,
  type StreamFrame,
} from "./frames";

/** Who keeps what the feed brings. `take` resolves once the frame is kept; only then may it be acknowledged. */
export interface Keeper {
  cursors(): Promise<ReadonlyMap<string, Cursor>>;
  take(frame: StreamFrame): Promise<Cursor | null>;
  place(frame: Pos): void;
}

/** The part of a WebSocket that is used. */
export interface Socket {
  send(text: string): void;
  close(code?: number): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((end: { code: number }) => void) | null;
}

/** What the feed needs of the world around it. */
export interface World {
  socket(): Socket;
  ticket(): Promise<string>;
  now(): number;
  random(): number;
  later(delay_ms: number, act: () => void): () => void;
}

/** `since` is when the phase began; for `down`, when the service was last heard. */
export interface FeedState {
  readonly phase: "connecting" | "live" | "down" | "signed_out" | "withdrawn";
  readonly since: number;
}

export interface FeedOptions {
  readonly profile: Profile;
  readonly device: string;
  readonly streams: readonly string[];
  readonly keeper: Keeper;
  readonly world: World;
  readonly onState: (state: FeedState) => void;
  /** How far the service's clock is ahead of this device's. */
  readonly onClock: (ahead_ms: number) => void;
}

const CLOSE_GAP = 4409;
const CLOSE_SILENT = 4408;
const CLOSE_WITHDRAWN = 4403;
const CLOSE_RESTART = 1012;
const RESTART_SPREAD_MS = 3_000;
const PROBE_MS = 4_000;
const HELLO_MS = 10_000;
const CONSOLE_ACK_MS = 1_000;
const CLOCK_JUMP_MS = 5_000;
const NEEDS_REST: ReadonlySet<number> = new Set([4400, 4413, 4429, 4500, 4503]);

export class Feed {
  readonly #options: FeedOptions;
  readonly #patience: Patience;
  #socket: Socket | null = null;
  #kept: Promise<void> = Promise.resolve();
  #caughtUp = new Set<string>();
  #attempt = 0;
  #beat = 0;
  #heardAt: number;
  #live = false;
  #ahead_ms = -Infinity;
  #ended = false;
  #retry: (() => void) | null = null;
  #silence: (() => void) | null = null;
  #heartbeat: (() => void) | null = null;
  #acks = new Map<string, Cursor>();
  #ackDue: (() => void) | null = null;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#patience = PATIENCE[options.profile];
    this.#heardAt = options.world.now();
  }

  start(): void {
    this.#tell("connecting", this.#options.world.now());
    void this.#connect();
  }

  stop(): void {
    this.#ended = true;
    this.#drop(1000);
    this.#retry?.();
  }

  /** The device woke, was touched or changed networks: connect at once, or find out whether the connection still lives. */
  nudge(): void {
    if (this.#ended) return;
    if (this.#retry !== null) {
      this.#retry();
      this.#attempt = 0;
      void this.#connect();
    } else if (this.#socket !== null && this.#live) {
      this.#sendHeartbeat();
      this.#listenFor(PROBE_MS);
    }
  }

  async #connect(): Promise<void> {
    this.#retry = null;
    const { world, keeper } = this.#options;
    try {
      await this.#kept;
      const cursors = await keeper.cursors();
      const ticket = await world.ticket();
      if (!this.#ended) this.#open(cursors, ticket);
    } catch (failure) {
      if (failure instanceof Refusal && failure.signedOut) this.#end("signed_out");
      else this.#retryIn(this.#backOff_ms());
    }
  }

  #open(cursors: ReadonlyMap<string, Cursor>, ticket: string): void {
    const { world, device, profile, streams } = this.#options;
    const socket = world.socket();
    this.#socket = socket;
    this.#caughtUp = new Set();
    this.#listenFor(HELLO_MS);
    socket.onopen = () => {
      const subs = streams.map((s) => ({ s, ...(cursors.get(s) ?? NOTHING_YET) }));
      this.#send({ t: "hello", v: 1, device, ticket, profile, now: world.now(), app: "console", subs });
    };
    socket.onmessage = ({ data }) => this.#heard(socket, String(data));
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  #heard(socket: Socket, text: string): void {
    if (socket !== this.#socket) return;
    this.#heardAt = this.#options.world.now();
    this.#listenFor(this.#live ? this.#patience.silence_ms : HELLO_MS);
    const frame = JSON.parse(text) as ServerFrame;
    switch (frame.t) {
      case "welcome":
        this.#ahead_ms = -Infinity;
        this.#compareClocks(frame.now);
        this.#beatRegularly();
        break;
      case "hb":
        this.#compareClocks(frame.now);
        break;
      case "sub":
      case "snap":
      case "ev":
        this.#keep(socket, frame);
        break;
      case "pos":
        this.#options.keeper.place(frame);
        break;
      case "err":
        if (frame.s !== undefined) this.#caught(frame.s);
        break;
      case "drain":
        this.#drop(1000);
        this.#down(this.#options.world.random() * frame.in_ms);
        break;
      default:
        break;
    }
  }

  /** Every delay on the way makes the service's clock look late: the least late comparison counts, until it is far off. */
  #compareClocks(now: number): void {
    const ahead_ms = now - this.#heardAt;
    if (ahead_ms <= this.#ahead_ms && this.#ahead_ms - ahead_ms < CLOCK_JUMP_MS) return;
    this.#ahead_ms = ahead_ms;
    this.#options.onClock(ahead_ms);
  }

  /** One frame after the other: kept, then acknowledged. A frame that cannot be kept ends the connection, not the cursor. */
  #keep(socket: Socket, frame: StreamFrame): void {
    this.#kept = this.#kept.then(async () => {
      if (socket !== this.#socket) return;
      try {
        const cursor = await this.#options.keeper.take(frame);
        if (socket !== this.#socket) return;
        if (cursor !== null && frame.t !== "sub") this.#acknowledge(frame.s, cursor);
        if ((frame.t === "sub" && frame.mode === "resume") || (frame.t === "snap" && frame.last)) this.#caught(frame.s);
      } catch {
        if (socket !== this.#socket) return;
        this.#drop(CLOSE_GAP);
        this.#down(this.#backOff_ms());
      }
    });
  }

  #caught(stream: string): void {
    this.#caughtUp.add(stream);
    if (this.#live || this.#caughtUp.size < this.#options.streams.length) return;
    this.#live = true;
    this.#attempt = 0;
    this.#listenFor(this.#patience.silence_ms);
    this.#tell("live", this.#options.world.now());
  }

  #acknowledge(stream: string, cursor: Cursor): void {
    this.#acks.set(stream, cursor);
    if (this.#options.profile === "phone") this.#sendAcks();
    else this.#ackDue ??= this.#options.world.later(CONSOLE_ACK_MS, () => this.#sendAcks());
  }

  #sendAcks(): void {
    this.#ackDue?.();
    this.#ackDue = null;
    for (const [s, cursor] of this.#acks) this.#send({ t: "ack", s, ...cursor });
    this.#acks.clear();
  }

  #beatRegularly(): void {
    this.#heartbeat?.();
    this.#heartbeat = this.#options.world.later(this.#patience.heartbeat_ms, () => {
      this.#sendHeartbeat();
      this.#beatRegularly();
    });
  }

  #sendHeartbeat(): void {
    this.#send({ t: "hb", n: ++this.#beat, now: this.#options.world.now() });
  }

  #send(frame: object): void {
    try {
      this.#socket?.send(JSON.stringify(frame));
    } catch {
      // The socket is closing; its end arrives as `onclose` and the frame is made anew on the next connection.
    }
  }

  /** Closes unless something is heard in time: a dead network does not say so. */
  #listenFor(patience_ms: number): void {
    this.#silence?.();
    this.#silence = this.#options.world.later(patience_ms, () => {
      this.#drop(CLOSE_SILENT);
      this.#down(this.#backOff_ms());
    });
  }

  #closed(socket: Socket, code: number): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (code === CLOSE_WITHDRAWN) this.#end("withdrawn");
    else if (code === CLOSE_RESTART) this.#down(this.#options.world.random() * RESTART_SPREAD_MS);
    else if (NEEDS_REST.has(code)) this.#down(this.#patience.retry_ms[1] * (0.5 + this.#options.world.random() / 2));
    else this.#down(this.#backOff_ms());
  }

  #drop(code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    for (const cancel of [this.#silence, this.#heartbeat, this.#ackDue]) cancel?.();
    this.#silence = this.#heartbeat = this.#ackDue = null;
    this.#acks.clear();
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (code !== undefined) socket.close(code);
  }

  #down(delay_ms: number): void {
    if (this.#live) {
      this.#live = false;
      this.#tell("down", this.#heardAt);
    }
    this.#retryIn(delay_ms);
  }

  #retryIn(delay_ms: number): void {
    if (this.#ended) return;
    if (this.#attempt >= 2) this.#tell("down", this.#heardAt);
    const cancel = this.#options.world.later(delay_ms, () => void this.#connect());
    this.#retry = () => {
      this.#retry = null;
      cancel();
    };
  }

  #end(phase: "signed_out" | "withdrawn"): void {
    this.#ended = true;
    this.#drop(1000);
    this.#tell(phase, this.#options.world.now());
  }

  #backOff_ms(): number {
    const [least, most] = this.#patience.retry_ms;
    const ceiling = Math.min(most, least * 2 ** this.#attempt++);
    return ceiling * this.#options.world.random();
  }

  #tell(phase: FeedState["phase"], since: number): void {
    this.#options.onState({ phase, since });
  }
}
