/** A wire between a host and its PostgreSQL, which can be cut, or go silent. */
import { createConnection, createServer, type Server, type Socket } from "node:net"

type Fault = "cut" | "silent"

export interface Wire {
  /** The database, by way of the wire. */
  readonly url: string
  /** `cut`: connections break, and no new ones are to be had. `silent`: they stay, and nothing comes over them. */
  readonly fail: (fault: Fault) => Promise<void>
  readonly mend: () => Promise<void>
  readonly close: () => Promise<void>
}

const listening = (server: Server, port: number) =>
  new Promise<number>((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resolve(address !== null && typeof address === "object" ? address.port : 0)
    })
  })

const closed = (server: Server) => new Promise<void>((resolve) => server.close(() => resolve()))

/** Spans a wire to a database. */
export const openWire = async (databaseUrl: string): Promise<Wire> => {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let fault: Fault | null = null

  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => sockets.delete(socket))
  }
  const onConnection = (near: Socket) => {
    keep(near)
    if (fault === "silent") return
    const far = createConnection(Number(target.port), target.hostname)
    keep(far)
    near.pipe(far).pipe(near)
    near.on("close", () => far.destroy())
    far.on("close", () => near.destroy())
  }
  let server = createServer(onConnection)
  const port = await listening(server, 0)
  const url = new URL(databaseUrl)
  url.hostname = "127.0.0.1"
  url.port = String(port)

  const drop = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    fail: async (next) => {
      fault = next
      if (next === "silent") {
        for (const socket of sockets) {
          socket.unpipe()
          socket.pause()
        }
        return
      }
      const done = closed(server)
      drop()
      await done
    },
    mend: async () => {
      drop()
      fault = null
      if (server.listening) return
      server = createServer(onConnection)
      await listening(server, port)
    },
    close: async () => {
      const done = closed(server)
      drop()
      await done
    }
  }
}
