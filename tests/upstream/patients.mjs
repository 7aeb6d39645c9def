// Patients: those of the stand-in, whose keys nobody has, and new ones that the client encrypts.
import assert from "node:assert/strict";
import { DecryptedPatient, EncryptedPatient, PatientFilters } from "@icure/cardinal-sdk";
import { allOf, kind, refused, sameDocument, sameDocuments, sameIds } from "./check.mjs";
import { withKeys } from "./session.mjs";

const SECRET = "Note secrète – ünïcødé 日本 🩺";

const readers = (doc) => [...Object.keys(doc.delegations ?? {}),
  ...Object.values(doc.securityMetadata?.secureDelegations ?? {}).flatMap((each) => [each.delegate, each.delegator])];

/** `sdk` without keys, or with. */
export async function reads(box, sdk) {
  const truth = await box.truth("patient");
  const ids = [...truth.keys()];
  const api = sdk.patient.encrypted ?? sdk.patient;
  const sharedWith = (owner) => ids.filter((id) => readers(truth.get(id)).includes(owner));
  await kind("patient: by id, encrypted", async () => sameDocument(await api.getPatient(ids[0]), truth.get(ids[0])));
  await kind("patient: several by id, encrypted", async () => sameDocuments(await api.getPatients(ids), truth));
  await kind("patient: one of strangers is refused", async () => {
    // Lists leave them out, so their ids are only seen where a user names them.
    const linked = [...(await box.truth("user")).values()].map((doc) => doc.patientId).filter(Boolean);
    const hidden = linked.find((id) => !truth.has(id));
    assert.ok(hidden, "none among the users");
    await refused(403, () => api.getPatient(hidden));
  });
  await kind("patient: match all of a data owner", async () => {
    for (const owner of [box.dataOwnerId, (await box.holds("hcp", box.dataOwnerId)).parentId])
      sameIds(await sdk.patient.matchPatientsBy(PatientFilters.allPatientsForDataOwner(owner)), sharedWith(owner));
  });
  await kind("patient: filter all of a data owner, in pieces", async () => {
    const rows = await allOf(await api.filterPatientsBy(PatientFilters.allPatientsForDataOwner(box.dataOwnerId)), 9);
    sameDocuments(rows, new Map(sharedWith(box.dataOwnerId).map((id) => [id, truth.get(id)])));
  });
  await kind("patient: match by time of modification", async () => {
    const mine = sharedWith(box.dataOwnerId).map((id) => truth.get(id));
    const time = (doc) => doc.modified ?? doc.created;
    const from = mine.map(time).sort((a, b) => a - b)[Math.floor(mine.length / 2)];
    sameIds(await sdk.patient.matchPatientsBy(PatientFilters.byModificationDateForDataOwner(box.dataOwnerId, { from })),
      mine.filter((doc) => time(doc) >= from).map((doc) => doc.id));
  });
}

/** `sdk` keeps its keys in `folder`. */
export async function encrypted(box, sdk, folder) {
  let made;
  await kind("patient: keys are made and published", async () => {
    const self = await box.holds("hcp", box.dataOwnerId);
    const own = Object.values(await sdk.crypto.currentDataOwnerKeys()).flatMap((each) => Object.keys(each));
    assert.ok(own.length > 0);
    const published = [self.publicKey, ...(self.publicKeysForOaepWithSha256 ?? []), ...Object.keys(self.aesExchangeKeys ?? {})];
    for (const key of own) assert.ok(published.some((each) => each?.includes(key)), "a key is not published");
  });
  await kind("patient: create, encrypted", async () => {
    const draft = new DecryptedPatient({ firstName: "Inès", lastName: "Ünal", note: SECRET });
    made = await sdk.patient.createPatient(await sdk.patient.withEncryptionMetadata(draft));
    assert.equal(made.note, SECRET);
    const doc = await box.holds("patient", made.id);
    assert.deepEqual([doc.rev, doc.firstName, doc.note], [made.rev, "Inès", undefined]);
    assert.ok(doc.encryptedSelf.length > 40 && !JSON.stringify(doc).includes("secrète"));
    assert.ok(readers(doc).includes(box.dataOwnerId));
  });
  await kind("patient: read and decrypted by another start of the client with the same keys", async () => {
    const other = await withKeys(box, folder);
    const read = await other.patient.getPatient(made.id);
    assert.deepEqual([read.note, read.firstName, read.rev], [SECRET, "Inès", made.rev]);
    const found = await other.patient.matchPatientsBy(PatientFilters.allPatientsForSelf());
    assert.ok(found.includes(made.id), "not among its patients");
  });
  await kind("patient: the same without the keys: the encrypted part stays closed", async () => {
    const closed = await sdk.patient.encrypted.getPatient(made.id);
    assert.ok(closed instanceof EncryptedPatient);
    assert.deepEqual([closed.note, closed.lastName], [undefined, "Ünal"]);
  });
  await kind("patient: modify, encrypted", async () => {
    const before = await box.holds("patient", made.id);
    const stale = made;
    made = await sdk.patient.modifyPatient(new DecryptedPatient({ ...made, note: "Another", lastName: "Vega" }));
    const doc = await box.holds("patient", made.id);
    assert.deepEqual([doc.lastName, doc.rev, doc.note], ["Vega", made.rev, undefined]);
    assert.notEqual(doc.encryptedSelf, before.encryptedSelf);
    assert.equal((await sdk.patient.getPatient(made.id)).note, "Another");
    await refused(409, () => sdk.patient.modifyPatient(new DecryptedPatient({ ...stale, note: "Too late" })));
  });
  await kind("patient: create several, encrypted", async () => {
    const two = [];
    for (const firstName of ["One", "Two"])
      two.push(await sdk.patient.withEncryptionMetadata(new DecryptedPatient({ firstName, lastName: "Bulk", note: SECRET })));
    const stored = await sdk.patient.createPatients(two);
    const truth = await box.truth("patient");
    sameIds(stored.map((each) => each.id), two.map((each) => each.id));
    for (const { id, rev } of stored) assert.deepEqual([truth.get(id).rev, truth.get(id).note], [rev, undefined]);
    const read = await sdk.patient.getPatients(stored.map((each) => each.id));
    assert.deepEqual(read.map((each) => each.note), [SECRET, SECRET]);
  });
  await kind("patient: delete and undelete", async () => {
    const gone = await sdk.patient.deletePatientById(made.id, made.rev);
    assert.ok(!(await box.truth("patient")).has(made.id));
    const back = await sdk.patient.undeletePatientById(made.id, gone.rev);
    assert.equal((await box.holds("patient", made.id)).rev, back.rev);
    assert.equal(back.note, "Another");
    made = back;
  });
  await kind("patient: purge", async () => {
    await sdk.patient.purgePatientById(made.id, made.rev);
    await refused(404, () => sdk.patient.getPatient(made.id));
  });
}
