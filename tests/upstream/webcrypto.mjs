// The client looks for this under the name that browsers have for it; Node.js has it there from 19 on. Import first.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
