import type { ModelMessage } from '#conversion';
import { SluiceError } from '#errors';
import type { ModelSettings } from '#jobs';

/** Where the questions go. */
export const modelAddress = ({ url }: ModelSettings): string => `${url.replace(/\/+$/, '')}/chat/completions`;

/** Asks an OpenAI-compatible endpoint. Resolves with the answer's text. @throws SluiceError ModelFailed; the key is in no message */
export async function askModel(
  settings: ModelSettings,
  messages: readonly ModelMessage[],
  signal: AbortSignal,
): Promise<string> {
  const address = modelAddress(settings);
  const fail = (what: string, cause?: unknown): SluiceError =>
    new SluiceError(
      'ModelFailed',
      `The model at ${address} ${what}`,
      { address },
      cause === undefined ? {} : { cause },
    );
  const key = settings.key.reveal();
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === '' ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify({ model: settings.name, temperature: 0, messages }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)]),
    });
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw error;
    throw fail(
      error instanceof Error && error.name === 'TimeoutError'
        ? `did not answer in ${settings.timeoutMs / 1000} s`
        : 'cannot be reached',
      error,
    );
  }
  if (!response.ok) throw fail(`answered with status ${response.status}`);
  const answer = contentOf(text);
  if (answer === null) throw fail('answered with something that is no chat completion');
  return answer;
}

function contentOf(text: string): string | null {
  try {
    const { choices } = JSON.parse(text) as { choices?: { message?: { content?: unknown } }[] };
    const content = choices?.[0]?.message?.content;
    return typeof content === 'string' ? content : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
