import { Strategy } from 'passport';

type Verify = (request: unknown, done: (error: unknown, user?: object | null) => void) => void;

/**
 * The base of every strategy here: it reads the request and ends with success, fail or error; it never touches the response.
 *
 * INVARIANT: no strategy ends with `pass`: Nest's guard would let the request through without a user.
 */
export class RequestStrategy extends Strategy {
  constructor(private readonly verify: Verify) {
    super();
  }

  override authenticate(request: unknown): void {
    this.verify(request, (error, user) => {
      if (error !== null && error !== undefined) this.error(error);
      else if (user !== null && user !== undefined) this.success(user);
      else this.fail();
    });
  }
}
