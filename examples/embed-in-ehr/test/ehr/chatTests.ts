import { describe, expect, it, onTestFinished } from "vitest"
import { until } from "../../../../test/support/host.ts"
import { ChatFeed } from "../../src/ehr/chatFeed.ts"
import { withTransaction } from "../../src/ehr/database.ts"
import type { Running } from "../ehrTests.ts"
import { Client, type Heard, listen, logIn } from "../support.ts"

const eventsOf = (heard: ReadonlyArray<Heard>) => heard.map(({ event }) => event)

/** Everything of a feed up to an event. Ends the feed. */
const upTo = async <E extends { readonly event: string }>(feed: AsyncIterable<E>, last: string) => {
  const events: Array<string> = []
  for await (const { event } of feed) {
    events.push(event)
    if (event === last) break
  }
  return events
}

export const chatTests = (running: () => Running): void => {
  const siteGroup = () => `site-group:${running().people.north}`
  const publish = (event: string, room = siteGroup(), db: Parameters<typeof withTransaction>[0] = running().ehr.pool) =>
    running().ehr.chat.publish(db, room, event, { about: event })

  /** A socket that hears what comes from now on: what was published before may still be on its way. */
  const listenFromNow = async (client: Client, person: { readonly id: string }) => {
    const listening = await listen(client)
    const marker = `marker.${crypto.randomUUID()}`
    await publish(marker, `user:${person.id}`)
    const { id } = await until(async () => listening.heard.find(({ event }) => event === marker))
    listening.heard.splice(0, eventsOf(listening.heard).indexOf(marker) + 1)
    return { ...listening, position: id }
  }

  describe("chat events", () => {
    it("reach the sockets of the site group in every process, and of no other site group", async () => {
      const { ehr, other, people } = running()
      const nora = await logIn(ehr, people.nora)
      const ned = await listenFromNow(await logIn(other, people.ned), people.ned)
      const sam = await listenFromNow(await logIn(other, people.sam), people.sam)
      const root = await listenFromNow(await logIn(ehr, people.root), people.root)
      const { body: thread } = await nora.post(`/patients/${people.alma}/threads`, { subject: "Diet", body: "Salt" })
      for (const { heard } of [ned, root]) {
        const { event, payload } = await until(async () => heard.at(0))
        expect({ event, payload }).toMatchObject({
          event: "message.created",
          payload: { threadId: thread.id, senderId: people.nora.id }
        })
      }
      await publish("for.sam", `user:${people.sam.id}`)
      await until(async () => sam.heard.length > 0)
      expect(eventsOf(sam.heard)).toEqual(["for.sam"])
    })

    it("reach no socket without a session", async () => {
      const stranger = new Client(running().ehr.url)
      await expect(listen(stranger)).rejects.toThrow("unauthorized")
    })

    it("are not heard of when their transaction is rolled back", async () => {
      const { ehr, people } = running()
      const { heard } = await listenFromNow(await logIn(ehr, people.nora), people.nora)
      await withTransaction(ehr.pool, async (db) => {
        await ehr.chat.publish(db, siteGroup(), "never", {})
        throw new Error("changed my mind")
      }).catch(() => undefined)
      await publish("afterwards")
      await until(async () => heard.length > 0)
      expect(eventsOf(heard)).toEqual(["afterwards"])
    })

    it("are not lost when their transaction began first and committed last", async () => {
      const { pool } = running().ehr
      const heard: Array<string> = []
      const feed = new ChatFeed(pool, 1_000, ({ event, room }) => room === "test:order" && heard.push(event))
      await feed.start()
      onTestFinished(() => feed.stop())
      await withTransaction(pool, async (db) => {
        await feed.publish(db, "test:order", "slow", {})
        await feed.publish(pool, "test:order", "quick", {})
        await feed.look()
        expect(heard).toEqual([])
      })
      await until(async () => heard.length === 2)
      expect(heard).toEqual(["slow", "quick"])
    })

    it("are told once to a client that was away, also by another process", async () => {
      const { ehr, other, people } = running()
      const nora = await logIn(ehr, people.nora)
      const before = await listenFromNow(nora, people.nora)
      await publish("heard")
      const last = await until(async () => before.heard.at(0))
      before.close()
      for (const event of ["missed.1", "missed.2"]) await publish(event)
      await publish("hidden", `site-group:${people.south}`)

      const elsewhere = new Client(other.url)
      elsewhere.cookie = nora.cookie
      const after = await listen(elsewhere, last.id)
      await publish("new")
      await until(async () => eventsOf(after.heard).includes("new"))
      expect(eventsOf(after.heard)).toEqual(["missed.1", "missed.2", "new"])
    })

    it("are told to a client that had heard nothing before it was away", async () => {
      const { ehr, people } = running()
      const nora = await logIn(ehr, people.nora)
      const before = await listenFromNow(nora, people.nora)
      before.close()
      await publish("missed")
      const after = await listen(nora, before.position)
      await until(async () => after.heard.length > 0)
      expect(eventsOf(after.heard)).toEqual(["missed"])
    })

    it("are told once to clients that come while there is much to tell", async () => {
      const { ehr, other, people } = running()
      const nora = await logIn(ehr, people.nora)
      const elsewhere = new Client(other.url)
      elsewhere.cookie = nora.cookie
      const { position } = await listenFromNow(nora, people.nora)
      const names = Array.from({ length: 120 }, (_, index) => `burst.${index}`)
      const publishing = (async () => {
        for (const name of names) await publish(name)
      })()
      const comers = []
      for (let count = 0; count < 8; count++) comers.push(await listen(count % 2 === 0 ? nora : elsewhere, position))
      await publishing
      for (const { heard } of comers) {
        await until(async () => eventsOf(heard).includes(names.at(-1)!))
        expect(eventsOf(heard)).toEqual(names)
      }
    })

    it("are heard of when the connections to the database were cut", async () => {
      const { ehr, other, people } = running()
      const { heard } = await listenFromNow(await logIn(other, people.nora), people.nora)
      await ehr.pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`
      )
      // The pool may lend a connection before it hears that it is gone.
      await until(() =>
        publish("still there").then(
          () => true,
          () => false
        )
      )
      await until(async () => heard.length > 0)
      expect(eventsOf(heard)).toEqual(["still there"])
    })
  })

  describe("a process that closes", () => {
    it("lets go of its sockets and of its followers", async () => {
      const { people, startAnother } = running()
      const ehr = await startAnother()
      const { disconnected } = await listen(await logIn(ehr, people.nora))
      const waiting = ehr.chat.follow("all", null).next()
      await ehr.close()
      expect(await waiting).toEqual({ done: true, value: undefined })
      await disconnected
      await expect(fetch(`${ehr.url}/healthz`)).rejects.toThrow("fetch failed")
    })
  })

  describe("a follower of chat events", () => {
    it("gets what is behind an id and then what comes, in order and once", async () => {
      const { ehr, other, people } = running()
      const { position } = await listenFromNow(await logIn(ehr, people.nora), people.nora)
      // More than a page of them.
      const names = Array.from({ length: 1_200 }, (_, index) => `event.${index}`)
      const followed = upTo(other.chat.follow([siteGroup()], position), names.at(-1)!)
      for (const name of names) await publish(name)
      const late = upTo(other.chat.follow([siteGroup()], position), "last")
      const slow = ehr.chat.follow("all", position)
      await publish("last")
      expect(await followed).toEqual(names)
      expect(await late).toEqual([...names, "last"])
      expect(await upTo(slow, "last")).toEqual([...names, "last"])
    })

    it("hears once of what it had read before the feed came to it", async () => {
      const { pool } = running().ehr
      const room = `test:${crypto.randomUUID()}`
      // It was never started, so that it looks when it is told.
      const feed = new ChatFeed(pool, 1_000, () => undefined)
      const publishAndWait = async (...events: ReadonlyArray<string>) => {
        for (const event of events) await feed.publish(pool, room, event, {})
        await until(async () => (await feed.read([room], "0-0")).at(-1)?.event === events.at(-1))
      }
      await publishAndWait("one", "two")
      const follower = feed.follow([room], "0-0")
      expect((await follower.next()).value).toMatchObject({ event: "one" })
      await publishAndWait("three")
      await feed.look()
      expect(await upTo(follower, "three")).toEqual(["two", "three"])
    })

    it("misses nothing when more comes than it can keep", async () => {
      const { ehr } = running()
      const room = `test:${crypto.randomUUID()}`
      const slow = ehr.chat.follow([room], null)
      const prompt = upTo(ehr.chat.follow([room], null), "last")
      const names = Array.from({ length: 700 }, (_, index) => `event.${index}`)
      for (const name of names) await publish(name, room)
      await publish("last", room)
      await prompt
      expect(await upTo(slow, "last")).toEqual([...names, "last"])
    })

    it("hears of its rooms only", async () => {
      const { ehr } = running()
      const feed = ehr.chat.follow(["test:mine"], null)
      await publish("theirs", "test:theirs")
      await publish("mine", "test:mine")
      expect(await upTo(feed, "mine")).toEqual(["mine"])
    })

    it("ends while it waits", async () => {
      const feed = running().ehr.chat.follow(["test:quiet"], null)
      const waiting = feed.next()
      await feed.return?.()
      expect(await waiting).toEqual({ done: true, value: undefined })
    })

    it("forgets events after a day", async () => {
      const { ehr } = running()
      await publish("old", "test:old")
      await publish("young", "test:old")
      await ehr.pool.query("update chat_events set created_at = now() - interval '25 hours' where event = 'old'")
      await ehr.chat.prune()
      expect(await upTo(ehr.chat.follow(["test:old"], "0-0"), "young")).toEqual(["young"])
    })
  })
}
