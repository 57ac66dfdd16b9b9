/** The only place that reads the environment (with stack/ and tests). Empty text counts as absent. */
export function setting(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value === '' ? undefined : value;
}

/** All settings with a prefix, e.g. every SLUICE_… override. */
export function settingsWithPrefix(prefix: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (name.startsWith(prefix) && value !== undefined && value !== '') found[name] = value;
  }
  return found;
}
