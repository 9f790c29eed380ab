/** Reads `key = value` lines of one section as Python's configparser does; comments and other sections are left out. */
export const parseIniSection = (text: string, section: string): Map<string, string> => {
  const values = new Map<string, string>();
  let current = "";
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[(.+)\]\s*$/.exec(line);
    if (header) current = header[1] ?? "";
    const pair = /^([^\s#;=:[][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (pair && current === section) values.set((pair[1] ?? "").toLowerCase(), pair[2] ?? "");
  }
  return values;
};

export const formatIniSection = (section: string, values: Map<string, string>): string =>
  `[${section}]\n${[...values].map(([key, value]) => `${key} = ${value}\n`).join("")}`;
