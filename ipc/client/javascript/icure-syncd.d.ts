// Types of icure-syncd.mjs, where each is explained.
export const DEFAULT_SOCKET: string;
export const PROTOCOL: 1;
export const READS: ReadonlySet<string>;
export const WRITES: ReadonlySet<string>;

export type Params = Record<string, unknown>;
/** As docs/api.md says of the method; of a write also the `key`. */
export type Result = Record<string, any>;

export class IcureError extends Error {
  /** As the daemon spells it in data.code, such as "not_found". */
  readonly word: string;
  /** What to do next; may be empty. */
  readonly hint: string;
  /** The same call may succeed later, without anybody doing anything. */
  readonly retryable: boolean;
  /** Milliseconds, where the daemon knows. */
  readonly retryAfter?: number;
  /** Of JSON-RPC; 0: the error arose here. */
  readonly rpcCode: number;
  /** Of the write that failed: repeat it with this key. */
  readonly key?: string;
}
export class NotFound extends IcureError {}
export class NotMirrored extends IcureError {}
export class Stale extends IcureError {}
export class Forbidden extends IcureError {}
export class Invalid extends IcureError {}
export class Conflict extends IcureError {}
export class KeyReused extends IcureError {}
export class Offline extends IcureError {}
export class LoginFailed extends IcureError {}
export class LoginLocked extends IcureError {}
export class LoginNeeded extends IcureError {}
export class OtpNeeded extends IcureError {}
export class Blocked extends IcureError {}
export class QueueFull extends IcureError {}
export class Held extends IcureError {}
export class ReadOnly extends IcureError {}
export class Unavailable extends IcureError {}
export class Internal extends IcureError {}
export class Unreachable extends IcureError {}
export class TimedOut extends IcureError {}
export class ConnectionLost extends IcureError {}

export function newKey(): string;

export interface Options {
  socket?: string;
  /** Your program's name, for the daemon's logs. */
  client?: string;
  /** The user id of the clinician it works for. */
  actor?: string;
  /** One that auth.login gave: then the actor need not be believed. */
  session?: string;
  /** Milliseconds, of each call. */
  timeout?: number;
}

export type Topic = 'user' | 'owner' | 'invite' | 'outbox' | 'sync' | 'daemon';

export interface Event {
  subscription: string;
  seq: number;
  topic: Topic | 'gap';
  change?: string;
  kind?: 'user' | 'hcp' | 'patient' | 'device';
  id?: string;
  rev?: string;
  at?: string;
}

export interface Subscription extends AsyncIterableIterator<Event> {
  readonly seq: number;
  close(): Promise<void>;
}

export class Client {
  constructor(options?: Options);
  call(method: string, params?: Params, options?: { timeout?: number }): Promise<Result>;
  pages(method: string, params?: Params): AsyncGenerator<Result>;
  rows(method: string, params?: Params): AsyncGenerator<any>;
  subscribe(options?: { topics?: Topic[]; since?: number }): Promise<Subscription>;
  close(): Promise<void>;
}
