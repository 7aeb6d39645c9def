// Notifications over a websocket.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DeviceFilters, EntitySubscriptionEvent, HealthcarePartyFilters, SubscriptionEventType, UserFilters } from "@icure/cardinal-sdk";
import { kind, sameDocument, until } from "./check.mjs";

const WAIT_MS = 30_000;

async function next(subscription, of) {
  const event = await subscription.waitForEvent(WAIT_MS);
  assert.ok(event, "nothing was told");
  if (of) assert.equal(event.$ktClass.split(".").pop(), of, JSON.stringify(event));
  return event;
}

async function subscribed(box, of, subscribe) {
  const subscription = await subscribe();
  await next(subscription, "Connected");
  // The subscription is a message of its own, which comes after that.
  await until("the platform knows of no subscription", async () =>
    (await box.ask("GET", "/ws")).some((each) => each.kind === of));
  return subscription;
}

/** `box` pings each second. */
export async function live(box, sdk) {
  const { Create, Update } = SubscriptionEventType;
  await kind("notifications: a user is created and changed", async () => {
    const told = await subscribed(box, "user", () => sdk.user.subscribeToEvents([Create, Update], UserFilters.all()));
    const { id } = await box.ask("POST", "/create", { kind: "user", doc: { login: randomUUID(), email: `${randomUUID()}@mail.test` } });
    sameDocument((await next(told, "EntityNotification")).entity, await box.holds("user", id));
    await box.ask("POST", "/change", { kind: "user", id, patch: { name: "Told" } });
    sameDocument((await next(told, "EntityNotification")).entity, await box.holds("user", id));
    await told.close();
  });
  await kind("notifications: only what was asked for", async () => {
    const told = await subscribed(box, "hcp", () => sdk.healthcareParty.subscribeToEvents([Update], HealthcarePartyFilters.all()));
    const { id } = await box.ask("POST", "/create", { kind: "hcp", doc: { lastName: "Not told" } });
    await box.ask("POST", "/change", { kind: "hcp", id, patch: { lastName: "Told" } });
    assert.equal((await next(told, "EntityNotification")).entity.lastName, "Told");
    await told.close();
  });
  await kind("notifications: pings are answered, and the connection stays", async () => {
    const told = await subscribed(box, "device", () => sdk.device.subscribeToEvents([Create], DeviceFilters.all()));
    await until("no pong", async () =>
      (await box.ask("GET", "/ws")).some((each) => each.kind === "device" && each.pongs >= 2));
    await box.ask("POST", "/create", { kind: "device", doc: { name: "After pings" } });
    assert.equal((await next(told, "EntityNotification")).entity.name, "After pings");
    await told.close();
  });
  await kind("notifications: a connection that is cut is made again", async () => {
    const told = await subscribed(box, "user", () => sdk.user.subscribeToEvents([Create], UserFilters.all()));
    await box.ask("POST", "/ws", { action: "drop" });
    let event;
    do event = await next(told); while (event.$ktClass.split(".").pop() !== EntitySubscriptionEvent.Reconnected.$ktClass.split(".").pop());
    await told.close();
  });
}
