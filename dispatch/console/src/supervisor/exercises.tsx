// Exercises of the area: which run, beginning one, ending one.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { postOnce } from "../api/once";
import type { Exercise } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { phaseOf } from "../trade/exercise";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import { useReading } from "./reading";

export function Exercises() {
  const say = words.value.supervisor;
  const exercises = useReading<{ items: Exercise[] }>("/api/exercises");
  const sending = useSending();
  const name = useSignal("");
  const id = useId();
  const begin = async (event: Event) => {
    event.preventDefault();
    const begun = await sending.send(async () => {
      await postOnce("/api/exercises", { name: name.value.trim() });
      await exercises.again();
    });
    if (begun) name.value = "";
  };
  const end = (exercise: Exercise) =>
    void sending.send(async () => {
      await postOnce(`/api/exercises/${exercise.id}/end`, {});
      await exercises.again();
    });
  return (
    <section>
      <h3>{say.exercises}</h3>
      <form class="line" onSubmit={(event) => void begin(event)}>
        <label for={id}>{say.name}</label>
        <input id={id} class="grows" maxLength={200} autocomplete="off" value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
        <button type="submit" disabled={sending.working || name.value.trim() === ""}>
          {say.begin}
        </button>
      </form>
      <p class="quiet-text">{say.exerciseWhy}</p>
      <Failure text={sending.failure ?? exercises.failure} />
      {exercises.value?.items.length === 0 && <p class="hint">{say.noExercises}</p>}
      <ul>
        {exercises.value?.items.map((exercise) => (
          <li key={exercise.id} class="line exercise-row">
            <strong>{exercise.name}</strong>
            <span class="grows">{standing(exercise)}</span>
            {phaseOf(exercise, now_ms.value) !== "over" && (
              <button type="button" disabled={sending.working} onClick={() => end(exercise)}>
                {say.finish}
                <span class="unseen"> {exercise.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function standing(exercise: Exercise): string {
  const say = words.value.supervisor;
  const from = shortTime(exercise.starts_at, now_ms.value);
  switch (phaseOf(exercise, now_ms.value)) {
    case "to_begin":
      return say.toBegin(from);
    case "running":
      return say.running(from);
    case "over":
      return say.over(from, shortTime(exercise.ends_at!, now_ms.value));
  }
}
