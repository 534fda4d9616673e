// What is closed now and to come, for who must get through; what lies on the own way stands first.
import type { Closure, Route } from "../api/wire";
import { now_ms } from "../store/now";
import { closureWhat, closureWhen, notOver } from "../trade/closure";
import { nameOf, words } from "../words/language";

export function ClosedWays({ closures, way }: { closures: readonly Closure[]; way: Route | null }) {
  const say = words.value.crew;
  const shown = notOver(closures, now_ms.value);
  if (shown.length === 0) return null;
  const own = new Set(way?.legs.flatMap(({ edges }) => edges));
  const met = (closure: Closure) => closure.edges.some((edge) => own.has(edge));
  const sorted = [...shown.filter(met), ...shown.filter((each) => !met(each))];
  return (
    <details class="closed-ways" open={shown.some(met)}>
      <summary>{say.closed(shown.length)}</summary>
      <ul>
        {sorted.map((closure) => (
          <li key={closure.id} class={met(closure) ? "met" : undefined}>
            {met(closure) && <strong>▲ {say.onYourWay} </strong>}
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
