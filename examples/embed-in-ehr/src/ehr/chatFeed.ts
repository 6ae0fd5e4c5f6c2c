/**
 * Real-time events as rows. They are read in the order of their transactions, and only when every older transaction has
 * ended: one that inserted first and committed last would otherwise come behind the reader's position and be lost.
 */
import type { Pool } from "pg"
import { type ChatEvent, isEventId, type Rooms } from "./chatEvent.ts"
import { ChatFollower } from "./chatFollower.ts"
import type { Queryable } from "./database.ts"
import { type Watch, watch } from "./watch.ts"

const PAGE_SIZE = 500
const KEPT_FOR = "1 day"

export class ChatFeed {
  readonly #pool: Pool
  readonly #pollMillis: number
  readonly #onEvent: (event: ChatEvent) => void
  readonly #followers = new Set<ChatFollower>()
  #position = "0-0"
  #reading: Promise<void> = Promise.resolve()
  #watch: Watch | undefined

  constructor(pool: Pool, pollMillis: number, onEvent: (event: ChatEvent) => void) {
    this.#pool = pool
    this.#pollMillis = pollMillis
    this.#onEvent = onEvent
  }

  /** The id up to which this process has told of all events. */
  get position(): string {
    return this.#position
  }

  /** Nobody hears of it before the caller's transaction commits, or if it does not. */
  async publish(db: Queryable, room: string, event: string, payload: object): Promise<void> {
    await db.query(
      `with published as (insert into chat_events (room, event, payload) values ($1, $2, $3) returning id)
       select pg_notify('chat', '') from published`,
      [room, event, JSON.stringify(payload)]
    )
  }

  async start(): Promise<void> {
    const { rows } = await this.#pool.query<{ position: string }>(
      "select pg_snapshot_xmin(pg_current_snapshot())::text || '-0' as position"
    )
    this.#position = rows[0]!.position
    this.#watch = watch(this.#pool, "chat", this.#pollMillis, () => this.look())
  }

  async stop(): Promise<void> {
    for (const follower of this.#followers) await follower.return()
    await this.#watch?.close()
    await this.#reading
  }

  /** Tells of all events that any process has told of by now. */
  look(): Promise<void> {
    const looked = this.#reading.then(() => this.#advance())
    this.#reading = looked.catch(() => undefined)
    return looked
  }

  /** Events to come, or those behind the id `after` and then those to come. One that nobody can have is taken for none. */
  follow(rooms: Rooms, after: string | null): AsyncIterableIterator<ChatEvent> {
    if (after !== null && !isEventId(after)) throw new TypeError(`${after} is no event id`)
    const follower = new ChatFollower({
      rooms,
      position: after ?? this.#position,
      isBehind: after !== null,
      pageSize: PAGE_SIZE,
      read: (position) => this.read(rooms, position),
      resume: async (position) => {
        // Taken before it asks: what comes meanwhile, the follower keeps.
        const here = this.#position
        return (await this.#wasGiven(position)) ? position : here
      },
      onEnd: () => this.#followers.delete(follower)
    })
    this.#followers.add(follower)
    return follower
  }

  /** The next page of events behind a position. */
  async read(rooms: Rooms, position: string): Promise<ReadonlyArray<ChatEvent>> {
    const [xid, id] = position.split("-")
    const { rows } = await this.#pool.query<ChatEvent>(
      `select e.xid::text || '-' || e.id as id, e.room, e.event, e.payload
       from chat_events e
       where e.xid < pg_snapshot_xmin(pg_current_snapshot())
         and (e.xid, e.id) > ($1::xid8, $2::bigint)
         and ($3::text[] is null or e.room = any($3))
       order by e.xid, e.id
       limit $4`,
      [xid, id, rooms === "all" ? null : rooms, PAGE_SIZE]
    )
    return rows
  }

  async prune(): Promise<void> {
    await this.#pool.query("delete from chat_events where created_at < now() - $1::interval", [KEPT_FOR])
  }

  /** Whether somebody can have been told of an event with this id: not, when it is of a transaction that is to come. */
  async #wasGiven(position: string): Promise<boolean> {
    const { rows } = await this.#pool.query<{ wasGiven: boolean }>(
      `select $1::xid8 < pg_snapshot_xmin(pg_current_snapshot()) as "wasGiven"`,
      [position.split("-")[0]]
    )
    return rows[0]!.wasGiven
  }

  async #advance(): Promise<void> {
    for (;;) {
      const events = await this.read("all", this.#position)
      for (const event of events) {
        this.#position = event.id
        for (const follower of this.#followers) follower.offer(event)
        this.#onEvent(event)
      }
      if (events.length < PAGE_SIZE) return
    }
  }
}
