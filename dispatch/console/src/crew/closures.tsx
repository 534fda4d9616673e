// What is closed now and to come, for who must get through; what lies on the own way, or has turned it, stands first.
import type { Closure } from "../api/wire";
import { now_ms } from "../store/now";
import { closureWhat, closureWhen, notOver } from "../trade/closure";
import { edgesOf, meets, type ShownWay } from "../trade/way";
import { nameOf, words } from "../words/language";

export function ClosedWays({ closures, way }: { closures: readonly Closure[]; way: ShownWay | null }) {
  const say = words.value.crew;
  const shown = notOver(closures, now_ms.value);
  if (shown.length === 0) return null;
  const own = edgesOf(way?.legs ?? []);
  const marks = shown.map((closure) => (meets(closure, own) ? say.onYourWay : way?.avoided.includes(closure) ? say.avoided : ""));
  const sorted = shown.map((closure, n) => ({ closure, mark: marks[n] ?? "" })).sort((one, other) => Number(one.mark === "") - Number(other.mark === ""));
  return (
    <details class="closed-ways" open={sorted[0]?.mark !== ""}>
      <summary>{say.closed(shown.length)}</summary>
      <ul>
        {sorted.map(({ closure, mark }) => (
          <li key={closure.id} class={mark === "" ? undefined : "met"}>
            {mark !== "" && <strong>▲ {mark} </strong>}
            <strong>{nameOf(closure)}</strong> {closureWhat(closure)}
            <p class="quiet-text">
              {closureWhen(closure, now_ms.value)} · {closure.reason}
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}
