"""The GraphQL documents; sandbox tests validate them against GitHub's published schema.

GitHub charges by the connections a query may open, so nested listings are as short as they are useful (a pull request
with more than 50 reviews is followed up), and counts are asked for without opening a listing.
"""

_PAGE = "pageInfo { hasNextPage endCursor }"
_ACTOR = "author { __typename login }"
_EVENTS = """
nodes {
  __typename
  ... on ClosedEvent { createdAt }
  ... on ReopenedEvent { createdAt }
  ... on LabeledEvent { createdAt label { name } }
  ... on UnlabeledEvent { createdAt label { name } }
}"""
_EVENT_TYPES = "itemTypes: [CLOSED_EVENT, REOPENED_EVENT, LABELED_EVENT, UNLABELED_EVENT]"
_CHECK_RUNS = "nodes { name startedAt completedAt conclusion }"
_SUITES = f"""
nodes {{
  id createdAt workflowRun {{ workflow {{ id }} }}
  checkRuns(first: 50, filterBy: {{checkType: ALL}}) {{ {_PAGE} {_CHECK_RUNS} }}
}}"""
_CONTEXTS = "nodes { __typename ... on StatusContext { context state createdAt } }"
_REVIEWS = f"nodes {{ submittedAt state {_ACTOR} comments {{ totalCount }} }}"
_COMMENTS = f"nodes {{ createdAt {_ACTOR} }}"
_STOPPED_FILTER = "filterBy: {checkType: ALL, conclusions: [CANCELLED, TIMED_OUT]}"
_STOPPED = f"nodes {{ id startedAt completedAt annotations(first: 20) {{ {_PAGE} nodes {{ message }} }} }}"

_PULL = f"""
  id number title url state createdAt updatedAt closedAt mergedAt baseRefName {_ACTOR}
  labels(first: 50) {{ nodes {{ name }} }}
  timelineItems(first: 100, {_EVENT_TYPES}) {{ {_PAGE} {_EVENTS} }}
  reviews(first: 50) {{ {_PAGE} {_REVIEWS} }}
  comments(first: 100) {{ {_PAGE} {_COMMENTS} }}
"""
_ISSUE = f"""
  id number title url state createdAt updatedAt closedAt
  labels(first: 50) {{ nodes {{ name }} }}
  timelineItems(first: 100, {_EVENT_TYPES}) {{ {_PAGE} {_EVENTS} }}
"""
_COMMIT = """
  oid url committedDate message
  additions @include(if: $stats) deletions @include(if: $stats)
  author { name email user { __typename login } }
  associatedPullRequests(first: 1) { nodes { id number mergedAt } }
"""

#: Every listing of a tick in one query, each with its own flag and cursor: requests = the longest listing's pages.
TICK = f"""
query Tick(
  $owner: String!, $name: String!, $size: Int!,
  $open: Boolean!, $openAfter: String,
  $changed: Boolean!, $changedAfter: String, $changedStates: [PullRequestState!],
  $openIssues: Boolean!, $openIssuesAfter: String, $labels: [String!],
  $changedIssues: Boolean!, $changedIssuesAfter: String, $issuesSince: DateTime,
  $commits: Boolean!, $commitsAfter: String, $commitsSince: GitTimestamp, $commitsUntil: GitTimestamp,
  $lookback: GitTimestamp, $stats: Boolean!
) {{
  rateLimit {{ cost remaining resetAt }}
  repository(owner: $owner, name: $name) {{
    refs(refPrefix: "refs/heads/") {{ totalCount }}
    openTotal: pullRequests(states: [OPEN]) {{ totalCount }}
    open: pullRequests(
      states: [OPEN], first: $size, after: $openAfter, orderBy: {{field: CREATED_AT, direction: ASC}}
    ) @include(if: $open) {{ totalCount {_PAGE} nodes {{ {_PULL} }} }}
    changed: pullRequests(
      states: $changedStates, first: $size, after: $changedAfter, orderBy: {{field: UPDATED_AT, direction: DESC}}
    ) @include(if: $changed) {{ totalCount {_PAGE} nodes {{ {_PULL} }} }}
    openIssues: issues(
      states: [OPEN], labels: $labels, first: $size, after: $openIssuesAfter,
      orderBy: {{field: CREATED_AT, direction: ASC}}
    ) @include(if: $openIssues) {{ totalCount {_PAGE} nodes {{ {_ISSUE} }} }}
    changedIssues: issues(
      filterBy: {{since: $issuesSince}}, first: $size, after: $changedIssuesAfter,
      orderBy: {{field: UPDATED_AT, direction: ASC}}
    ) @include(if: $changedIssues) {{ totalCount {_PAGE} nodes {{ {_ISSUE} }} }}
    defaultBranchRef {{
      name
      target {{
        ... on Commit {{
          held: history(since: $lookback, until: $commitsUntil) {{ totalCount }}
          history(
            since: $commitsSince, until: $commitsUntil, first: $size, after: $commitsAfter
          ) @include(if: $commits) {{ totalCount {_PAGE} nodes {{ {_COMMIT} }} }}
        }}
      }}
    }}
  }}
}}"""

PULLS_BY_ID = f"""
query PullRequests($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on PullRequest {{ {_PULL} }} }}
}}"""

MERGED_DETAILS = f"""
query MergedDetails($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on PullRequest {{
      id
      files(first: 100) {{ {_PAGE} nodes {{ path }} }}
      commits(last: 1) {{ nodes {{ commit {{
        id
        checkSuites(first: 20) {{ {_PAGE} {_SUITES} }}
        statusCheckRollup {{ id contexts(first: 100) {{ {_PAGE} {_CONTEXTS} }} }}
      }} }} }}
    }}
  }}
}}"""

RUN_UPDATES = """
query RunUpdates($ids: [ID!]!) {
  nodes(ids: $ids) { ... on WorkflowRun { id databaseId updatedAt } }
}"""

STOPPED_CHECKS = f"""
query StoppedChecks($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    ... on CheckSuite {{ id checkRuns(first: 20, {_STOPPED_FILTER}) {{ {_PAGE} {_STOPPED} }} }}
  }}
}}"""


def _rest(kind: str, connection: str, selection: str, arguments: str = "") -> str:
    return f"""
query Rest($ids: [ID!]!, $after: String!) {{
  nodes(ids: $ids) {{
    ... on {kind} {{ {connection}(first: 100, after: $after{arguments}) {{ {_PAGE} {selection} }} }}
  }}
}}"""


#: The rest of a nested listing that did not fit into its parent's page, by parent type and connection.
REST = {
    ("PullRequest", "timelineItems"): _rest("PullRequest", "timelineItems", _EVENTS, f", {_EVENT_TYPES}"),
    ("PullRequest", "reviews"): _rest("PullRequest", "reviews", _REVIEWS),
    ("PullRequest", "comments"): _rest("PullRequest", "comments", _COMMENTS),
    ("PullRequest", "files"): _rest("PullRequest", "files", "nodes { path }"),
    ("Issue", "timelineItems"): _rest("Issue", "timelineItems", _EVENTS, f", {_EVENT_TYPES}"),
    ("Commit", "checkSuites"): _rest("Commit", "checkSuites", _SUITES),
    ("StatusCheckRollup", "contexts"): _rest("StatusCheckRollup", "contexts", _CONTEXTS),
    ("CheckSuite", "checkRuns"): _rest("CheckSuite", "checkRuns", _CHECK_RUNS, ", filterBy: {checkType: ALL}"),
    ("CheckSuite", "stopped"): _rest("CheckSuite", "checkRuns", _STOPPED, f", {_STOPPED_FILTER}"),
    ("CheckRun", "annotations"): _rest("CheckRun", "annotations", "nodes { message }"),
}
