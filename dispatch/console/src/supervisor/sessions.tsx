// Who is signed in to the area, with a way to end a session; and who failed to sign in, from where.
import { useSignal } from "@preact/signals";
import { remove } from "../api/client";
import type { FailedTry, SignedIn } from "../api/wire";
import { Failure } from "../parts/said";
import { useSending } from "../parts/sending";
import { now_ms } from "../store/now";
import { shortTime } from "../trade/writing";
import { words } from "../words/language";
import { seatName } from "../words/role";
import { useReading } from "./reading";

export function Sessions() {
  const say = words.value.supervisor;
  const signedIn = useReading<{ items: SignedIn[] }>("/api/sessions");
  const sending = useSending();
  const end = (id: string) =>
    void sending.send(async () => {
      await remove(`/api/sessions/${id}`);
      await signedIn.again();
    });
  const items = signedIn.value?.items ?? [];
  return (
    <section>
      <h3>
        {say.sessions} <span class="quiet-text">{items.length}</span>
      </h3>
      <Failure text={sending.failure ?? signedIn.failure} />
      <div class="table-room" tabIndex={0} role="region" aria-label={say.sessions}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.who}</th>
              <th scope="col">{say.account}</th>
              <th scope="col">{say.since}</th>
              <th scope="col">{say.until}</th>
              <th scope="col">{say.address}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {items.map((session) => (
              <SessionRow key={session.id} session={session} onEnd={() => end(session.id)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function SessionRow({ session, onEnd }: { session: SignedIn; onEnd: () => void }) {
  const say = words.value.supervisor;
  const sure = useSignal(false);
  return (
    <tr>
      <th scope="row">{seatName(session.role, session.unit_code ?? session.name)}</th>
      <td>{session.login}</td>
      <td>{shortTime(session.since, now_ms.value)}</td>
      <td>{shortTime(session.expires_at, now_ms.value)}</td>
      <td>{session.address}</td>
      <td>
        {session.own ? (
          <span class="quiet-text">{say.own}</span>
        ) : sure.value ? (
          <button type="button" class="risky" onClick={onEnd}>
            {say.confirmEnd}
          </button>
        ) : (
          <button type="button" onClick={() => (sure.value = true)}>
            {say.end}
            <span class="unseen"> {session.login}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

export function FailedTries() {
  const say = words.value.supervisor;
  const failed = useReading<{ items: FailedTry[] }>("/api/sessions/failed?limit=20");
  if (failed.value === null) return <Failure text={failed.failure} />;
  return (
    <section>
      <h3>{say.failed}</h3>
      {failed.value.items.length === 0 ? (
        <p class="hint">{say.noneFailed}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{say.when}</th>
              <th scope="col">{say.account}</th>
              <th scope="col">{say.who}</th>
              <th scope="col">{say.address}</th>
            </tr>
          </thead>
          <tbody>
            {failed.value.items.map((each) => (
              <tr key={`${each.at} ${each.login}`}>
                <td>{shortTime(each.at, now_ms.value)}</td>
                <td>{each.login}</td>
                <td>{each.name}</td>
                <td>{each.address}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
