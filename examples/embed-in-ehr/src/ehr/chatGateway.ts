/** Real-time events to browsers: Socket.IO over the chat feed. Each process serves its own sockets. */
import type { Server as HttpServer } from "node:http"
import type { Pool } from "pg"
import { Server, type Socket } from "socket.io"
import { type ChatEvent, isEventId, type Rooms } from "./chatEvent.ts"
import { ChatFeed } from "./chatFeed.ts"
import type { Queryable } from "./database.ts"
import { logError } from "./log.ts"
import { tokenOf, type User, userOfSession } from "./sessions.ts"

export interface ChatOptions {
  /** How often to look for events; they are notified, unless an older transaction is still open. */
  readonly pollMillis?: number
}

export const userRoom = (userId: string): string => `user:${userId}`
export const siteGroupRoom = (siteGroupId: string): string => `site-group:${siteGroupId}`

/** What belongs to no site group is told to those who see them all. */
export const SYSTEM_ROOM = "system"

const roomsOf = (user: User): ReadonlyArray<string> => [
  userRoom(user.id),
  ...user.siteGroupIds.map(siteGroupRoom),
  ...(user.role === "system_admin" ? [SYSTEM_ROOM] : [])
]

export class ChatGateway {
  readonly #pool: Pool
  readonly #io: Server
  readonly #feed: ChatFeed

  constructor(pool: Pool, server: HttpServer, { pollMillis = 500 }: ChatOptions = {}) {
    this.#pool = pool
    this.#io = new Server(server, { serveClient: false })
    this.#feed = new ChatFeed(pool, pollMillis, ({ event, id, payload, room }) =>
      this.#io.local.to(room).emit(event, payload, id)
    )
    this.#io.use((socket, next) => {
      this.#authenticate(socket).then(
        (isUser) => next(isUser ? undefined : new Error("unauthorized")),
        () => next(new Error("unavailable"))
      )
    })
    this.#io.on("connection", (socket) => {
      this.#welcome(socket).catch((error: unknown) => {
        logError("welcome a socket", error)
        // It connects again, and asks again for what it missed.
        socket.conn.close()
      })
    })
  }

  /** Tells a room, when the caller's transaction commits. */
  publish(db: Queryable, room: string, event: string, payload: object): Promise<void> {
    return this.#feed.publish(db, room, event, payload)
  }

  /** The events to come, or those behind the id `after` and then those to come. `return()` ends it. */
  follow(rooms: Rooms, after: string | null): AsyncIterableIterator<ChatEvent> {
    return this.#feed.follow(rooms, after)
  }

  start(): Promise<void> {
    return this.#feed.start()
  }

  /** Forgets what nobody asks for any more. */
  prune(): Promise<void> {
    return this.#feed.prune()
  }

  /** Ends the sockets and the iterators, and the HTTP server with them. */
  async close(): Promise<void> {
    await Promise.all([this.#feed.stop(), this.#io.close()])
  }

  async #authenticate(socket: Socket): Promise<boolean> {
    const user = await userOfSession(this.#pool, tokenOf(socket.handshake.headers.cookie))
    socket.data.user = user
    return user !== null
  }

  async #welcome(socket: Socket): Promise<void> {
    const rooms = roomsOf(socket.data.user as User)
    const { lastEventId } = socket.handshake.auth
    let position = isEventId(lastEventId) ? lastEventId : this.#feed.position
    for (;;) {
      // The process that the client comes from may have been ahead of this one.
      await this.#feed.look()
      const upTo = this.#feed.position
      const missed = await this.#feed.read(rooms, position)
      for (const { event, id, payload } of missed) socket.emit(event, payload, id)
      position = missed.at(-1)?.id ?? position
      if (missed.length === 0 && this.#feed.position === upTo) break
    }
    // In the very turn in which nothing is missed any more: what comes next, the rooms are told.
    void socket.join([...rooms])
    // A client that hears nothing before it connects again knows from this where it was.
    socket.emit("ready", null, this.#feed.position)
  }
}
