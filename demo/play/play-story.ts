import type { DemoWorld } from '../world-folder';
import { admitting } from './admitting';
import { Cast } from './cast';
import { deciding } from './deciding';
import { importing } from './importing';
import type { Play } from './play';
import { proving } from './proving';
import { publishing } from './publishing';
import { reading } from './reading';
import { requesting } from './requesting';
import { type Step, Story } from './story';
import { withdrawing } from './withdrawing';

/**
 * Plays the whole story against a running house, as the people concerned. A fresh case each time. Throws `StoryBroken`, after the
 * step was told, when the house does anything else than it must. Answers the public id of the release, and the number of steps.
 */
export async function playStory(
  world: DemoWorld,
  urls: Play['urls'],
  tell: (step: Step) => void,
): Promise<{ release: string; steps: number }> {
  const story = new Story(tell);
  const cast = new Cast(world, urls.api);
  const play: Play = { story, cast, urls, startedAt: new Date(Date.now() - 1_000).toISOString() };
  try {
    const library = await reading(play);
    await admitting(play);
    await importing(play, library.summary);
    const caseId = await requesting(play, library.summary);
    await deciding(play, { caseId, summary: library.summary });
    const published = await publishing(play, caseId, library);
    await proving(play, published);
    await withdrawing(play, library.summary);
    return { release: published.release, steps: story.steps };
  } finally {
    await cast.leave();
  }
}
