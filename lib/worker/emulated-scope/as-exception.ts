import { CallFailure } from '../../protocol/rpc.ts';

/** The exception for a CallFailure; others as they are. */
export async function asException<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CallFailure)) throw error;
    const { name, message } = error.error;
    throw name === 'TypeError' ? new TypeError(message) : new DOMException(message, name);
  }
}
