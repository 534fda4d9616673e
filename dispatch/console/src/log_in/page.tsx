// Logging in: login and password, then the page of the role. The session is a cookie that scripts cannot read.
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { post, Refusal } from "../api/client";
import type { Session } from "../api/wire";
import { LanguageSwitch } from "../parts/header";
import { takeFocus } from "../parts/focus";
import { Failure } from "../parts/said";
import { rememberSeat, type Ending } from "../store/session";
import { pageOf } from "../trade/seat";
import { words } from "../words/language";
import { roleName } from "../words/role";

export function LogInPage({ ended }: { ended: Ending | null }) {
  const say = words.value.logIn;
  const login = useSignal("");
  const password = useSignal("");
  const working = useSignal(false);
  const failure = useSignal<string | null>(null);
  const id = useId();
  const submit = async (event: Event) => {
    event.preventDefault();
    working.value = true;
    failure.value = null;
    try {
      const { role } = await post<Session>("/api/session", { login: login.value.trim(), password: password.value });
      const page = pageOf(role);
      rememberSeat(true);
      if (page !== null) return location.assign(page);
      failure.value = say.noPage(roleName(role));
    } catch (problem) {
      failure.value = problem instanceof Refusal ? problem.message : say.unreachable;
    }
    working.value = false;
  };
  return (
    <main class="log-in">
      <div class="language-corner">
        <LanguageSwitch />
      </div>
      <h1>{words.value.product}</h1>
      {ended !== null && <p role="status">{say.ended[ended]}</p>}
      <form onSubmit={(event) => void submit(event)} aria-label={say.title}>
        <label for={`${id}-login`}>{say.login}</label>
        <input
          id={`${id}-login`}
          name="login"
          required
          maxLength={100}
          autocomplete="username"
          autocapitalize="none"
          ref={takeFocus}
          value={login.value}
          onInput={(event) => (login.value = event.currentTarget.value)}
        />
        <label for={`${id}-password`}>{say.password}</label>
        <input
          id={`${id}-password`}
          name="password"
          type="password"
          required
          maxLength={1000}
          autocomplete="current-password"
          value={password.value}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
        <Failure text={failure.value} />
        <button type="submit" class="primary large" disabled={working.value}>
          {working.value ? say.working : say.submit}
        </button>
      </form>
    </main>
  );
}
