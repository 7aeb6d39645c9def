// The same documents into PouchDB's own store (LevelDB), as its replication writes them: pages of 1,000
// with the revisions they have. Then reads by id, one after the other. Prints one JSON line; parsing is
// not in the time.
//   node pouchdb.cjs DOCUMENTS FOLDER
const fs = require("fs");
const readline = require("readline");
const PouchDB = require("pouchdb");

async function main(documents, folder) {
  const db = new PouchDB(folder, { auto_compaction: false });
  let page = [], seconds = 0, rows = 0;
  const ids = [];
  const write = async () => {
    const begin = process.hrtime.bigint();
    const faults = await db.bulkDocs(page, { new_edits: false });
    seconds += Number(process.hrtime.bigint() - begin) / 1e9;
    if (faults.some((each) => each.error)) throw new Error(JSON.stringify(faults[0]));
    rows += page.length;
    page = [];
  };
  for await (const line of readline.createInterface({ input: fs.createReadStream(documents) })) {
    const { id, rev, ...rest } = JSON.parse(line);
    page.push({ _id: id, _rev: rev, ...rest });
    if (ids.length < 2000 && page.length % 20 === 0) ids.push(id);
    if (page.length === 1000) await write();
  }
  if (page.length) await write();
  const peak = process.resourceUsage().maxRSS / 1024;
  const times = [];
  for (let n = 0; n < 20_000; ++n) {
    const begin = process.hrtime.bigint();
    await db.get(ids[n % ids.length]);
    times.push(Number(process.hrtime.bigint() - begin) / 1e3);
  }
  times.sort((a, b) => a - b);
  await db.close();
  const bytes = fs.readdirSync(folder).reduce((sum, name) => sum + fs.statSync(`${folder}/${name}`).size, 0);
  console.log(JSON.stringify({ rows, seconds, bytes, peak_mib: peak, get_p50_us: times[10_000],
                               get_p99_us: times[19_800] }));
}

main(...process.argv.slice(2));
