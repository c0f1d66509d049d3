import type { Label, LabelCategory } from '../label';
import { ignoresCase } from '../nato-form';
import { type PolicySet, type SecurityPolicy, tagSetOf } from '../policy';
import { token } from '../xml/xml-text';

/**
 * A label or a clearance in the spelling of its policy: how what others wrote becomes what is compared.
 *
 * White space is folded. Under NATO and PUBLIC case has no meaning (ADatP-4774, section 5 and appendix 2), so names and values
 * take the policy's own; under other policies it has, and only policy and classification are put into upper case, as this room
 * holds them. What the policy does not know stays as it was written, for the validation to say so. Texts of users stay.
 *
 * INVARIANT: case is settled here, when something is read, and never in a decision, which compares text with text.
 */
export function inPolicySpelling<
  Holder extends { readonly policy: string; readonly categories: readonly LabelCategory[] },
>(policies: PolicySet, holder: Holder): Holder {
  const name = token(holder.policy).toUpperCase();
  const policy = policies.get(name);
  const spelled = {
    ...holder,
    policy: name,
    categories: holder.categories.map((each) => spelledCategory(policy, each)),
  };
  return { ...spelled, ...classificationsOf(holder) };
}

function classificationsOf(holder: object): Partial<Pick<Label, 'classification'> & { classifications: string[] }> {
  if ('classification' in holder && typeof holder.classification === 'string')
    return { classification: token(holder.classification).toUpperCase() };
  if ('classifications' in holder && Array.isArray(holder.classifications))
    return { classifications: holder.classifications.map((each) => token(String(each)).toUpperCase()) };
  return {};
}

function spelledCategory(policy: SecurityPolicy | undefined, category: LabelCategory): LabelCategory {
  const written = token(category.tagSet);
  const tagSetName =
    policy !== undefined && ignoresCase(policy)
      ? (policy.tagSets.find((each) => same(each.name, written))?.name ?? written)
      : written;
  const tagSet = policy === undefined ? undefined : tagSetOf(policy, tagSetName, category.type);
  return {
    ...category,
    tagSet: tagSetName,
    values: category.values.map((value) => {
      const folded = token(value);
      const known = tagSet?.values.filter((each) => each.userInput === undefined) ?? [];
      if (known.some(({ name }) => name === folded)) return folded;
      const meant =
        policy !== undefined && ignoresCase(policy) ? known.find(({ name }) => same(name, folded))?.name : undefined;
      return meant ?? (tagSet?.values.some((each) => each.userInput !== undefined) === true ? value : folded);
    }),
  };
}

const same = (one: string, other: string): boolean => one.toUpperCase() === other.toUpperCase();
