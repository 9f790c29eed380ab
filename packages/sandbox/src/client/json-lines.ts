/** Calls `onLine` with every line of a byte stream, parsed as JSON; resolves at its end. Throws on a broken line. */
export async function readJsonLines(
  stream: AsyncIterable<Uint8Array>,
  onLine: (value: unknown) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") onLine(JSON.parse(line));
  }
}
