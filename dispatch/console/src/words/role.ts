// The name of a role, also of one these pages do not know.
import { words } from "./language";

export function roleName(role: string): string {
  const names: Readonly<Record<string, string>> = words.value.role;
  return names[role] ?? role;
}
