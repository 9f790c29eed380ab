// Runs on its own, for the http-echo image: address, port, text.
import { createServer } from "node:http";

const [address, port, text] = process.argv.slice(2);
const server = createServer((_request, response) => response.end(`${text}\n`));
server.listen(Number(port), address, () => console.log(`Server is listening on ${address}:${port}`));
process.on("SIGTERM", () => process.exit(0));
