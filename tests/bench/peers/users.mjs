// All users, page by page, kept in memory, as a program does that has nothing else of them; then reads by
// id, one after the other. From the platform with the official client, or from our mirror with ours.
// Prints one JSON line.
//   node users.mjs sdk FOLDER STAND-IN    (the client's folder; what the stand-in said at its start)
//   node users.mjs mirror SOCKET
import { pathToFileURL } from "node:url";
import { Client } from "../../../ipc/client/javascript/icure-syncd.mjs";

const PAGE = 1000; // rows, as many as the daemon itself asks for
const READS = 5000, IDS = 1000;

async function ofPlatform(folder, facts) {
  const load = (name) => import(pathToFileURL(`${folder}/${name}`));
  await load("webcrypto.mjs");
  const { allPages } = await load("check.mjs");
  const { plain } = await load("session.mjs");
  const { user } = await plain(JSON.parse(facts));
  return {
    all: () => allPages((page) => user.listUsersBy({ ...page, skipPatients: false }), PAGE),
    one: (id) => user.getUser(id),
  };
}

async function ofMirror(socket) {
  const daemon = new Client({ socket });
  return {
    all: async () => {
      const rows = [];
      for await (const row of daemon.rows("user.list", { limit: PAGE })) rows.push(row);
      return rows;
    },
    one: async (id) => (await daemon.call("user.get", { id })).user,
  };
}

const [from, ...where] = process.argv.slice(2);
const { all, one } = await { sdk: ofPlatform, mirror: ofMirror }[from](...where);
const begun = performance.now();
const users = await all();
const seconds = (performance.now() - begun) / 1000;
const peak_mib = process.resourceUsage().maxRSS / 1024;

const ids = users.filter((_, n) => n % Math.ceil(users.length / IDS) === 0).map((user) => user.id);
const times = [];
let used;
for (let n = -ids.length; n < READS; ++n) { // once each before that counts
  const id = ids[(n + ids.length) % ids.length];
  if (n === 0) used = process.cpuUsage();
  const asked = performance.now();
  const user = await one(id);
  if (user.id !== id) throw new Error(`asked for ${id}, got ${user.id}`);
  if (n >= 0) times.push((performance.now() - asked) * 1000);
}
const { user, system } = process.cpuUsage(used);
times.sort((a, b) => a - b);
console.log(JSON.stringify({ rows: users.length, seconds, peak_mib, get_p50_us: times[READS / 2],
                             get_p99_us: times[READS * 0.99], get_cpu_us: (user + system) / READS }));
process.exit(0); // the official client has timers that would keep it
