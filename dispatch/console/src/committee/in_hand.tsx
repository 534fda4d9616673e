// What a committee has in hand itself: to be confirmed, closed, or handed up to the command centre by one key.
import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import type { Incident } from "../api/wire";
import { Failure } from "../parts/said";
import { useKey } from "../parts/key";
import { useSending } from "../parts/sending";
import { words } from "../words/language";
import type { CommitteeSeat } from "./seat";

export function InHand({ seat, incident }: { seat: CommitteeSeat; incident: Incident }) {
  const say = words.value;
  const sending = useSending();
  const note = useSignal("");
  const id = useId();
  const ours = seat.owns(incident);
  const send = (step: Parameters<CommitteeSeat["step"]>[1]) => {
    const said = note.value.trim();
    if (ours) void sending.send(() => seat.step(incident, { ...step, ...(said === "" ? {} : { note: said }) }));
  };
  const handUp = () => send({ step: "transfer", owner: "centre" });
  useKey("u", handUp);
  useEffect(() => void (note.value = ""), [incident.id, ours]);
  if (!ours) return null;
  return (
    <section aria-label={say.owner.ours}>
      <h3>{say.owner.ours}</h3>
      <label for={id}>{say.act.noteText}</label>
      <input id={id} maxLength={4000} placeholder={say.optional} value={note.value} onInput={(event) => (note.value = event.currentTarget.value)} />
      <div class="quick">
        <button type="button" class="primary" disabled={sending.working} aria-keyshortcuts="U" onClick={handUp}>
          {say.owner.handUp} <kbd>U</kbd>
        </button>
        {incident.confirmed_at === null && (
          <button type="button" disabled={sending.working} onClick={() => send({ step: "confirm" })}>
            {say.act.confirm}
          </button>
        )}
        <button type="button" disabled={sending.working} onClick={() => send({ step: "close", outcome: "done" })}>
          {say.incident.outcome.done}
        </button>
        <button type="button" disabled={sending.working} onClick={() => send({ step: "close", outcome: "false_alarm" })}>
          {say.incident.outcome.false_alarm}
        </button>
      </div>
      <Failure text={sending.failure} />
    </section>
  );
}
