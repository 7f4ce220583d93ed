/** What notices call the provider whose keys are repositories that somebody has pushed to. */
export const pushedRepositories = 'git';
