// An HTTP/2 server in front of another one: browsers send streams over nothing older.
// Arguments: the other one's port, the files of a key and of its certificate. Prints its own port.
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { createSecureServer } from "node:http2";

const [port, key, cert] = process.argv.slice(2);
// Headers of a connection are none of HTTP/2's business.
const CONNECTION = /^(:|connection$|keep-alive$|transfer-encoding$)/;
const own = (headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION.test(name)));

const server = createSecureServer(
  { key: readFileSync(key), cert: readFileSync(cert) },
  (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const forwarded = request({ port, method, path: url, headers: own(headers) }, (response) => {
      outgoing.writeHead(response.statusCode, own(response.headers));
      response.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.stream.destroy());
    incoming.pipe(forwarded);
  },
);
server.listen(0, () => console.log(server.address().port));
