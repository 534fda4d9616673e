// The name of a role, also of one these pages do not know.
import { words } from "./language";

/** As what and who; a name that says the role already stands alone. */
export function seatName(role: string, name: string): string {
  return name.includes(roleName(role)) ? name : `${roleName(role)} · ${name}`;
}

export function roleName(role: string): string {
  const names: Readonly<Record<string, string>> = words.value.role;
  return names[role] ?? role;
}
