// Healthcare parties, devices, and data owners of any kind.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Device, DeviceFilters, HealthcareParty, HealthcarePartyFilters } from "@icure/cardinal-sdk";
import { allOf, allPages, kind, refused, sameDocument, sameDocuments, sameIds } from "./check.mjs";

/** What both kinds have, under the names that each has for it. */
async function common(box, of, api, make, filters) {
  const truth = await box.truth(of);
  const ids = [...truth.keys()];
  await kind(`${of}: by id`, async () => sameDocument(await api.get(ids[2]), truth.get(ids[2])));
  await kind(`${of}: unknown id`, () => refused(404, () => api.get(randomUUID())));
  await kind(`${of}: several by id, in their order, unknown ones left out`, async () => {
    const some = await api.getAll([ids[3], randomUUID(), ids[0]]);
    assert.deepEqual(some.map((each) => each.id), [ids[3], ids[0]]);
  });
  await kind(`${of}: match all`, async () => sameIds(await api.match(filters.all()), ids));
  await kind(`${of}: filter all, in pieces`, async () =>
    sameDocuments(await allOf(await api.filter(filters.all()), 3), truth));
  // The client takes these only for what can be encrypted, though it offers them for healthcare parties too.
  if (of !== "hcp") await kind(`${of}: filter by ids`, async () => {
    const rows = await allOf(await api.filter(filters.byIds([ids[1], ids[3]])), 10);
    sameIds(rows.map((each) => each.id), [ids[1], ids[3]]);
  });
  let one;
  await kind(`${of}: create`, async () => {
    one = await api.create(make("First"));
    sameDocument(one, await box.holds(of, one.id));
    await refused(409, () => api.create(make("Second", { id: one.id })));
  });
  await kind(`${of}: modify`, async () => {
    const stale = one;
    one = await api.modify(make("Changed", { ...one, name: "Changed" }));
    const doc = await box.holds(of, one.id);
    assert.deepEqual([doc.name, doc.rev], ["Changed", one.rev]);
    await refused(409, () => api.modify(stale));
  });
  await kind(`${of}: delete and undelete`, async () => {
    const gone = await api.remove(one.id, one.rev);
    assert.ok(!(await box.truth(of)).has(one.id));
    one = await api.undelete(one.id, gone.rev);
    assert.equal((await box.holds(of, one.id)).rev, one.rev);
  });
  await kind(`${of}: purge`, async () => {
    await api.purge(one.id, one.rev);
    await refused(404, () => api.get(one.id));
  });
  await kind(`${of}: delete several`, async () => {
    const two = [await api.create(make("One")), await api.create(make("Two"))];
    const gone = await api.removeAll(two.map(({ id, rev }) => ({ id, rev })));
    sameIds(gone.map((each) => each.id), two.map((each) => each.id));
    const left = await box.truth(of);
    assert.ok(two.every((each) => !left.has(each.id)));
  });
  await kind(`${of}: create, modify and read in the group that is named`, async () => {
    const made = await api.createInGroup(box.groupId, make("In a group"));
    const changed = await api.modifyInGroup(box.groupId, make("", { ...made, name: "Changed there" }));
    sameDocument(changed, await box.holds(of, made.id));
    sameDocument((await api.getInGroup(box.groupId, [made.id]))[0], await box.holds(of, made.id));
  });
}

export async function healthcareParties(box, sdk) {
  const api = sdk.healthcareParty;
  await kind("hcp: the current one", async () =>
    sameDocument(await api.getCurrentHealthcareParty(), await box.holds("hcp", box.dataOwnerId)));
  await kind("hcp: all with a last name, in pages", async () => {
    const named = [...(await box.truth("hcp"))].filter(([, doc]) => doc.lastName);
    sameDocuments(await allPages((page) => api.findHealthcarePartiesBy(page), 2), new Map(named));
  });
  await kind("hcp: match those below one", async () => {
    const truth = [...(await box.truth("hcp")).values()];
    const parent = truth.find((doc) => doc.parentId).parentId;
    sameIds(await api.matchHealthcarePartiesBy(HealthcarePartyFilters.byParentId(parent)),
      truth.filter((doc) => doc.parentId === parent).map((doc) => doc.id));
  });
  await common(box, "hcp", {
    get: (id) => api.getHealthcareParty(id), getAll: (ids) => api.getHealthcareParties(ids),
    match: (filter) => api.matchHealthcarePartiesBy(filter), filter: (filter) => api.filterHealthPartiesBy(filter),
    create: (one) => api.createHealthcareParty(one), modify: (one) => api.modifyHealthcareParty(one),
    remove: (id, rev) => api.deleteHealthcarePartyById(id, rev), removeAll: (ids) => api.deleteHealthcarePartiesByIds(ids),
    undelete: (id, rev) => api.undeleteHealthcarePartyById(id, rev), purge: (id, rev) => api.purgeHealthcarePartyById(id, rev),
    createInGroup: (group, one) => api.createHealthcarePartyInGroup(group, one),
    modifyInGroup: (group, one) => api.modifyHealthcarePartyInGroup(group, one),
    getInGroup: (group, ids) => api.getHealthcarePartiesInGroup(group, { healthcarePartyIds: ids }),
  }, (name, more) => new HealthcareParty({ name, lastName: "Vega", firstName: "Luz", ...more }), HealthcarePartyFilters);
}

export async function devices(box, sdk) {
  const api = sdk.device;
  const make = (name, more) => new Device({ name, type: "sensor", serialNumber: "77", responsible: box.dataOwnerId, ...more });
  await common(box, "device", {
    get: (id) => api.getDevice(id), getAll: (ids) => api.getDevices(ids),
    match: (filter) => api.matchDevicesBy(filter), filter: (filter) => api.filterDevicesBy(filter),
    create: (one) => api.createDevice(one), modify: (one) => api.modifyDevice(one),
    remove: (id, rev) => api.deleteDeviceById(id, rev), removeAll: (ids) => api.deleteDevicesByIds(ids),
    undelete: (id, rev) => api.undeleteDeviceById(id, rev), purge: (id, rev) => api.purgeDeviceById(id, rev),
    createInGroup: (group, one) => api.createDeviceInGroup(group, one),
    modifyInGroup: (group, one) => api.modifyDeviceInGroup(group, one),
    getInGroup: (group, ids) => api.getDevicesInGroup(group, { deviceIds: ids }),
  }, make, DeviceFilters);
  await kind("device: match those of a data owner", async () => {
    const truth = [...(await box.truth("device")).values()];
    sameIds(await api.matchDevicesBy(DeviceFilters.byResponsible(box.dataOwnerId)),
      truth.filter((doc) => doc.responsible === box.dataOwnerId).map((doc) => doc.id));
  });
  await kind("device: create and modify several", async () => {
    const two = [make("Bulk 1"), make("Bulk 2")];
    const made = await api.createDevices(two);
    sameIds(made.map((each) => each.id), two.map((each) => each.id));
    const truth = await box.truth("device");
    for (const { id, rev } of made) assert.equal(truth.get(id).rev, rev);
    const changed = await api.modifyDevices((await api.getDevices(made.map((each) => each.id)))
      .map((each) => new Device({ ...each, name: "Changed together" })));
    const now = await box.truth("device");
    for (const { id, rev } of changed)
      assert.deepEqual([now.get(id).name, now.get(id).rev], ["Changed together", rev]);
    assert.equal(changed.length, 2);
  });
}

export async function dataOwners(box, sdk) {
  const api = sdk.dataOwner;
  const self = () => box.holds("hcp", box.dataOwnerId);
  await kind("data owner: the current one, whole and as a stub", async () => {
    sameDocument((await api.getCurrentDataOwner()).dataOwner, await self());
    const { stub, type } = await api.getCurrentDataOwnerStub();
    assert.deepEqual([stub.id, stub.rev, type.toLowerCase()], [box.dataOwnerId, (await self()).rev, "hcp"]);
  });
  await kind("data owner: those above it", async () => {
    const above = (await self()).parentId;
    sameIds(await api.getCurrentDataOwnerHierarchyIds(), [box.dataOwnerId, above]);
  });
  for (const of of ["hcp", "patient", "device"])
    await kind(`data owner: a ${of} by id, whole and as a stub`, async () => {
      const [id, doc] = [...(await box.truth(of))][1];
      sameDocument((await api.getDataOwner(id)).dataOwner, doc);
      const { stub } = await api.getCryptoActorStub(id);
      assert.deepEqual([stub.id, stub.rev], [id, doc.rev]);
      assert.deepEqual(stub.publicKey ?? null, doc.publicKey ?? null);
    });
  await kind("data owner: a stub is changed", async () => {
    const before = await api.getCurrentDataOwnerStub();
    const after = await api.modifyDataOwnerStub(before);
    const doc = await self();
    assert.notEqual(after.stub.rev, before.stub.rev);
    assert.equal(doc.rev, after.stub.rev);
    assert.ok(doc.lastName, "the rest of the document went");
  });
}
