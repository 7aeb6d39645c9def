// Drives the stand-in with the official client. Run by upstream.py, which starts it:
//   node main.mjs KEYS-FOLDER STAND-IN    (what it said at its start, as JSON)
import "./webcrypto.mjs";
import process from "node:process";
import { kind, Sandbox, summary } from "./check.mjs";
import { live } from "./live.mjs";
import { dataOwners, devices, healthcareParties } from "./owners.mjs";
import { encrypted, reads } from "./patients.mjs";
import { logins, plain, withKeys } from "./session.mjs";
import { users } from "./users.mjs";

const [folder, facts] = process.argv.slice(2);
const box = new Sandbox(JSON.parse(facts));

await logins(box);
const sdk = await plain(box);
let keyed;
await kind("login with keys of its own", async () => { keyed = await withKeys(box, folder); });
await users(box, sdk);
await reads(box, sdk);
await live(box, sdk);
if (keyed) {
  await healthcareParties(box, keyed);
  await devices(box, keyed);
  await dataOwners(box, keyed);
  await encrypted(box, keyed, folder);
}
process.exit(summary() ? 0 : 1);
