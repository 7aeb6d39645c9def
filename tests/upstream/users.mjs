import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { intersection, union, User, UserFilters } from "@icure/cardinal-sdk";
import { allOf, allPages, kind, refused, sameDocument, sameDocuments, sameIds } from "./check.mjs";

const newUser = (more) => {
  const mail = `${randomUUID()}@mail.test`;
  return new User({ login: mail, email: mail, name: "New Ünal", ...more });
};

export async function users(box, sdk) {
  const truth = await box.truth("user");
  const ids = [...truth.keys()];
  const one = (member) => [...truth.values()].find((doc) => doc[member] && doc.status === "ACTIVE");

  await kind("user: by id", async () => sameDocument(await sdk.user.getUser(ids[3]), truth.get(ids[3])));
  await kind("user: unknown id", () => refused(404, () => sdk.user.getUser(randomUUID())));
  await kind("user: several by id, in their order, unknown ones left out", async () => {
    const some = await sdk.user.getUsers([ids[5], randomUUID(), ids[2]]);
    assert.deepEqual(some.map((each) => each.id), [ids[5], ids[2]]);
    sameDocument(some[0], truth.get(ids[5]));
  });
  await kind("user: all, in pages", async () => {
    sameDocuments(await allPages((page) => sdk.user.listUsersBy({ ...page, skipPatients: false }), 7), truth);
  });
  await kind("user: all but those who are patients only", async () => {
    const rows = await allPages((page) => sdk.user.listUsersBy(page), 20);
    const staff = [...truth.values()].filter((doc) => !doc.patientId || doc.healthcarePartyId);
    sameIds(rows.map((each) => each.id), staff.map((doc) => doc.id));
  });
  await kind("user: match all", async () => sameIds(await sdk.user.matchUsersBy(UserFilters.all()), ids));
  await kind("user: filter all, in pieces", async () => {
    const before = await box.received("POST /rest/v2/user/byIds");
    sameDocuments(await allOf(await sdk.user.filterUsersBy(UserFilters.all()), 20), truth);
    assert.ok(await box.received("POST /rest/v2/user/byIds") > before, "not by match and byIds");
  });
  await kind("user: match by ids", async () => {
    sameIds(await sdk.user.matchUsersBy(UserFilters.byIds([ids[1], ids[4]])), [ids[1], ids[4]]);
  });
  for (const [member, filter, find] of [
    ["healthcarePartyId", UserFilters.byHealthcarePartyId, (id) => sdk.user.findByHcpartyId(id)],
    ["patientId", UserFilters.byPatientId, (id) => sdk.user.findByPatientId(id)]])
    await kind(`user: by ${member}`, async () => {
      const owner = one(member)[member];
      const theirs = [...truth.values()].filter((doc) => doc[member] === owner).map((doc) => doc.id);
      sameIds(await sdk.user.matchUsersBy(filter(owner)), theirs);
      sameIds(await find(owner), theirs);
    });
  await kind("user: by name, e-mail or phone", async () => {
    const mail = one("email").email;
    const found = await sdk.user.matchUsersBy(UserFilters.byNameEmailOrPhone(mail));
    sameIds(found, [...truth.values()].filter((doc) => doc.email === mail).map((doc) => doc.id));
  });
  await kind("user: what both or any of two filters find", async () => {
    const [a, b, c] = ids;
    const ab = UserFilters.byIds([a, b]);
    const bc = UserFilters.byIds([b, c]);
    sameIds(await sdk.user.matchUsersBy(intersection(ab, bc)), [b]);
    sameIds(await sdk.user.matchUsersBy(union(ab, bc)), [a, b, c]);
  });
  await kind("user: by e-mail", async () => {
    const doc = one("email");
    sameDocument(await sdk.user.getUserByEmail(doc.email), doc);
    await refused(404, () => sdk.user.getUserByEmail("nobody@mail.test"));
  });
  await kind("user: by phone", async () => {
    const doc = one("mobilePhone");
    assert.equal((await sdk.user.getUserByPhoneNumber(doc.mobilePhone)).mobilePhone, doc.mobilePhone);
  });
  await writes(box, sdk);
  await inGroup(box, sdk);
}

async function writes(box, sdk) {
  let user;
  await kind("user: create", async () => {
    user = await sdk.user.createUser(newUser());
    assert.equal(user.groupId, box.groupId);
    sameDocument(user, await box.holds("user", user.id));
  });
  await kind("user: an e-mail that is taken", () =>
    refused(400, () => sdk.user.createUser(newUser({ email: user.email }))));
  await kind("user: the same create again", () => refused(400, () => sdk.user.createUser(new User({ ...user, rev: undefined }))));
  await kind("user: modify", async () => {
    const stale = user;
    user = await sdk.user.modifyUser(new User({ ...user, name: "Changed", status: "Disabled" }));
    assert.notEqual(user.rev, stale.rev);
    const doc = await box.holds("user", user.id);
    assert.deepEqual([doc.name, doc.status, doc.rev], ["Changed", "DISABLED", user.rev]);
    await refused(409, () => sdk.user.modifyUser(new User({ ...stale, name: "Too late" })));
  });
  await kind("user: delete and undelete", async () => {
    const gone = await sdk.user.deleteUser(user);
    assert.equal(gone.id, user.id);
    assert.ok(!(await box.truth("user")).has(user.id));
    user = await sdk.user.undeleteUserById(user.id, gone.rev);
    assert.equal((await box.holds("user", user.id)).rev, user.rev);
  });
  await kind("user: purge", async () => {
    await sdk.user.purgeUser(user);
    await refused(404, () => sdk.user.getUser(user.id));
  });
}

async function inGroup(box, sdk) {
  const group = box.groupId;
  await kind("user: list, match and read in the group that is named", async () => {
    const truth = await box.truth("user");
    const rows = await allPages((page) => sdk.user.listUsersInGroup(group, page), 20);
    assert.ok(rows.length > 0 && rows.every((each) => truth.get(each.id)?.rev === each.rev));
    sameIds(await sdk.user.matchUsersInGroupBy(group, UserFilters.all()), truth.keys());
    const id = [...truth.keys()][6];
    sameDocuments(await sdk.user.getUsersInGroup(group, [id]), new Map([[id, truth.get(id)]]));
  });
  await kind("user: create, modify and delete in the group that is named", async () => {
    const made = await sdk.user.createUserInGroup(group, newUser());
    const changed = await sdk.user.modifyUserInGroup(group, new User({ ...made, name: "In a group" }));
    assert.equal((await box.holds("user", made.id)).name, "In a group");
    await sdk.user.deleteUserInGroupById(group, made.id, changed.rev);
    assert.ok(!(await box.truth("user")).has(made.id));
  });
  await kind("user: a group that is not ours", () =>
    refused(403, () => sdk.user.getUsersInGroup(randomUUID(), [box.userId])));
}
