// What the other files here say what they saw with: one line for each kind of call.
import assert from "node:assert/strict";

const PATIENCE_MS = 60_000; // for anything that must happen; generous, since machines are shared

// The client has enumerations for these, and for the keys of autoDelegations: the same words but for the case.
const ENUMS = new Set(["status", "type", "gender", "birthSex", "deactivationReason", "personalStatus",
  "use", "addressType", "telecomType", "permissions"]);

const results = { ok: 0, failed: 0 };

/** Runs `act`; prints one line, and the reason if it threw. */
export async function kind(name, act) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("nothing came back")), PATIENCE_MS);
  });
  try {
    await Promise.race([act(), late]);
    results.ok += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    results.failed += 1;
    console.log(`failed  ${name}\n          ${String(error.message ?? error).split("\n").slice(0, 12).join("\n          ")}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Says how many were right; true when all were. */
export function summary() {
  console.log(`${results.ok} kinds of call as the client expects, ${results.failed} not`);
  return results.failed === 0 && results.ok > 0;
}

/** What the stand-in itself says that it holds and was asked: the other side of each check. */
export class Sandbox {
  constructor(facts) {
    Object.assign(this, facts); // platform, gateway, control, login, password, userId, ...
  }

  async ask(method, path, body) {
    const reply = await fetch(this.control + path, { method, body: body && JSON.stringify(body) });
    const text = await reply.text();
    assert.equal(reply.status, 200, `${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** {id: document} of a kind, without soft-deleted ones. */
  async truth(of) {
    const rows = Object.entries(await this.ask("GET", `/truth/${of}`));
    return new Map(rows.map(([id, { doc }]) => [id, doc]));
  }

  async holds(of, id) {
    const doc = (await this.truth(of)).get(id);
    assert.ok(doc, `the platform holds no ${of} ${id}`);
    return doc;
  }

  async received(regex) {
    return (await this.ask("GET", `/received/count?match=${encodeURIComponent(regex)}`)).count;
  }
}

const isEmpty = (value) => value === null || value === undefined ||
  (typeof value === "object" && Object.keys(value).length === 0);

/** Every member of `doc`, as the platform holds it, is in what the client made of it. */
export function sameDocument(seen, doc, path = doc.id) {
  assert.ok(seen, path);
  for (const [key, value] of Object.entries(doc)) {
    const here = `${path}.${key}`;
    const found = path.endsWith(".autoDelegations") ? seen[key[0].toUpperCase() + key.slice(1)] : seen[key];
    if (isEmpty(value)) assert.ok(isEmpty(found), here);
    else if (typeof value === "object") sameDocument(found, value, here);
    else if (ENUMS.has(key)) assert.equal(String(found).toLowerCase(), value.toLowerCase(), here);
    else assert.equal(found, value, here);
  }
}

/** The client's documents are exactly those of the map. */
export function sameDocuments(seen, truth) {
  sameIds(seen.map((each) => each.id), [...truth.keys()]);
  for (const each of seen) sameDocument(each, truth.get(each.id));
}

/** The same ids, each once, in any order. */
export function sameIds(seen, expected) {
  assert.deepEqual([...seen].sort(), [...expected].sort());
}

/** Asks again and again until `test` holds. */
export async function until(what, test) {
  const end = Date.now() + PATIENCE_MS / 2;
  while (!(await test())) assert.ok(Date.now() < end, what);
}

/** `act` is refused with that status. */
export async function refused(status, act) {
  try {
    await act();
  } catch (error) {
    const conflict = status === 409 && /RevisionConflict/.test(error.name + error.constructor.name + error);
    assert.ok(conflict || String(error.message).includes(`status code ${status}`), `refused otherwise: ${error.message}`);
    return;
  }
  assert.fail(`not refused, expected ${status}`);
}

/** All rows of pages that `fetchPage({startKey, startDocumentId, limit})` brings. */
export async function allPages(fetchPage, limit) {
  const rows = [];
  let start = {};
  for (;;) {
    const page = await fetchPage({ ...start, limit });
    rows.push(...page.rows);
    const next = page.nextKeyPair;
    if (!next) return rows;
    start = { startKey: next.startKey ?? undefined, startDocumentId: next.startKeyDocId };
  }
}

/** All of an iterator of the client, a few at a time. */
export async function allOf(iterator, few) {
  const rows = [];
  while (await iterator.hasNext()) rows.push(...(await iterator.next(few)));
  return rows;
}
