// Logins, tokens and who one is.
import assert from "node:assert/strict";
import { AuthenticationMethod, CardinalBaseSdk, CardinalSdk, StorageFacade } from "@icure/cardinal-sdk";
import { kind, sameDocument } from "./check.mjs";

// By default the client salts passwords with the application's id; the stand-in's are plain.
const OPTIONS = { saltPasswordWithApplicationId: false };

const { JwtCredentials, UsernameLongToken, UsernamePassword } = AuthenticationMethod.UsingCredentials;

export const byPassword = (box) => new UsernamePassword(box.login, box.password);

/** The client without keys. */
export const plain = (box, how = byPassword(box)) =>
  CardinalBaseSdk.initialize(undefined, box.platform, how, OPTIONS);

/** The client with the keys that it keeps in that folder; it makes them when there are none. */
export const withKeys = (box, folder) =>
  CardinalSdk.initialize(undefined, box.platform, byPassword(box), StorageFacade.usingFileSystem(folder), OPTIONS);

export async function logins(box) {
  await kind("login with a password, and the groups that it fits", async () => {
    const sdk = await plain(box);
    sameDocument(await sdk.user.getCurrentUser(), await box.holds("user", box.userId));
    const groups = await sdk.user.getMatchingUsers();
    assert.deepEqual(groups.map((each) => [each.groupId, each.userId]), [[box.groupId, box.userId]]);
    assert.ok(await box.received(`POST /rest/v2/auth/switch/${box.groupId}`) > 0, "no switch of group");
  });
  await kind("login with a wrong password is refused", async () => {
    const before = await box.received("POST /rest/v2/auth/login");
    await assert.rejects(plain(box, new UsernamePassword(box.login, "wrong-password")));
    assert.ok(await box.received("POST /rest/v2/auth/login") > before);
  });
  await kind("a user's token: made, and a login with it", async () => {
    const sdk = await plain(box);
    const token = await sdk.user.getToken(box.userId, "upstream", { tokenValidity: 86400 });
    assert.match(token, /^[0-9a-f-]{36}$/);
    const doc = await box.holds("user", box.userId);
    assert.equal(doc.authenticationTokens.upstream.validity, 86400);
    const again = await plain(box, new UsernameLongToken(box.login, token));
    assert.equal((await again.user.getCurrentUser()).rev, doc.rev);
  });
  await kind("a user's token with a value of the client's own", async () => {
    const sdk = await plain(box);
    const value = "a-value-of-the-clients-own";
    const token = await sdk.user.getToken(box.userId, "own", { tokenValidity: 300, token: value });
    assert.equal(token, value);
    await plain(box, new UsernameLongToken(box.login, value));
  });
  await kind("a login with a long token may make no token, one with a password may", async () => {
    const sdk = await plain(box);
    const token = await sdk.user.getToken(box.userId, "weak", { tokenValidity: 86400 });
    const weak = await plain(box, new UsernameLongToken(box.login, token));
    await assert.rejects(weak.user.getToken(box.userId, "weaker"));
    assert.ok(!("weaker" in (await box.holds("user", box.userId)).authenticationTokens));
  });
  await kind("a token in the group that is named", async () => {
    const sdk = await plain(box);
    const token = await sdk.user.getTokenInGroup(box.groupId, box.userId, "grouped", { tokenValidity: 500 });
    await plain(box, new UsernameLongToken(box.login, token));
  });
  await kind("the platform's version and whether it is there", async () => {
    const sdk = await plain(box);
    assert.match(await sdk.system.getVersion(), /^\d{4}\./);
    assert.equal(await sdk.system.isReady(), "true");
  });
  await renewals(box);
}

async function freshRefreshToken(box) {
  const reply = await fetch(`${box.platform}/rest/v2/auth/login`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username: box.login, password: box.password }),
  });
  return (await reply.json()).refreshToken;
}

// The client itself renews a token only half a minute after its end, so that it is not awaited here.
async function renewals(box) {
  await kind("a refresh token alone lets in", async () => {
    const before = await box.received("POST /rest/v2/auth/refresh");
    const sdk = await plain(box, new JwtCredentials(await freshRefreshToken(box)));
    assert.equal((await sdk.user.getCurrentUser()).id, box.userId);
    assert.ok(await box.received("POST /rest/v2/auth/refresh") > before, "no refresh");
  });
  await kind("a refresh token of a user who was disabled does not", async () => {
    const token = await freshRefreshToken(box);
    await box.ask("POST", "/auth", { status: "DISABLED" });
    await assert.rejects(plain(box, new JwtCredentials(token)));
    await box.ask("POST", "/auth", { status: "ACTIVE" });
  });
}
