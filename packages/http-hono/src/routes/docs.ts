/** The API as a document and as a page. The page is Swagger UI from its package: nothing is fetched from elsewhere. */
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import type { Hono } from "hono"

const FILES: ReadonlyMap<string, string> = new Map([
  ["swagger-ui.css", "text/css; charset=utf-8"],
  ["swagger-ui-bundle.js", "text/javascript; charset=utf-8"]
])

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Careline API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>`

const start = `SwaggerUIBundle({ url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, persistAuthorization: false })`

export const mountDocs = (app: Hono, document: unknown): void => {
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"))
  app.get("/api/v1/openapi.json", (context) => context.json(document as object))
  app.get("/docs", (context) =>
    context.html(page, 200, {
      "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
    })
  )
  app.get("/docs/start.js", (context) => context.body(start, 200, { "content-type": "text/javascript; charset=utf-8" }))
  app.get("/docs/:file", async (context) => {
    const type = FILES.get(context.req.param("file"))
    if (type === undefined) return context.notFound()
    return context.body(await readFile(join(folder, context.req.param("file"))), 200, { "content-type": type })
  })
}
