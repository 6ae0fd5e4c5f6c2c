/** A Hono app that does nothing: what Node and Hono cost by themselves. */
import { serve } from "@hono/node-server"
import { Hono } from "hono"

const app = new Hono()
app.post("*", (context) => context.body(null, 200))
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0), hostname: "127.0.0.1" }, ({ port }) =>
  console.log(`ready ${port}`)
)
