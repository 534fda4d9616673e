// A refusal or failure, read out by screen readers as it appears.
export function Failure({ text }: { text: string | null }) {
  return text === null ? null : (
    <p class="failure" role="alert">
      <span aria-hidden="true">✕ </span>
      {text}
    </p>
  );
}
