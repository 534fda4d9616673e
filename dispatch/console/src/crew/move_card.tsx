// A move-up on the crew's phone: where to stand by, and what to say of it. It needs the network; an order does not.
import { postOnce } from "../api/once";
import type { Move } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { crewSteps, moveState } from "../trade/move";
import { duration, shortTime } from "../trade/writing";
import { nameOf, words } from "../words/language";
import type { Phone } from "./phone";

export function MoveCard({ phone, move }: { phone: Phone; move: Move }) {
  const say = words.value.moveUp;
  const sending = useSending();
  const [main, ...others] = crewSteps(move);
  const press = (step: NonNullable<typeof main>) =>
    void sending.send(async () => {
      await phone.orders.movedUp(await postOnce<Move>(`/api/moves/${move.id}/steps`, { step }));
      phone.readUnit();
    });
  return (
    <section class="move-card" aria-label={say.order}>
      <h2>{say.order}</h2>
      <p class="place">
        <strong>{nameOf(move.to)}</strong>
      </p>
      <p class="quiet-text">
        {say.since[moveState(move)]} · {shortTime(move.made_at, now_ms.value)}
        {move.travel_s !== null && ` · ${duration(move.travel_s)}`}
      </p>
      <p>{say.hint}</p>
      <div class="other-buttons">
        {main !== undefined && (
          <button type="button" class="primary" disabled={sending.working} onClick={() => press(main)}>
            {say.steps[main]}
          </button>
        )}
        {others.map((step) => (
          <button type="button" key={step} disabled={sending.working} onClick={() => press(step)}>
            {say.steps[step]}
          </button>
        ))}
      </div>
      <Failure text={sending.failure} />
    </section>
  );
}
