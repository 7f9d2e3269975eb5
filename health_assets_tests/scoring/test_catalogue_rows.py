"""The catalogue against the specification, row by row, written out."""

from health_assets.scoring.catalogue import load_catalogue
from health_assets.scoring.points import parse_points

ROWS = [
    (
        "health.training.multigpu_arena_run_success.fom",
        "Multigpu Arena - Run Success",
        "Training",
        "wandb.training.arena.runs_completed_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.training.multigpu_arena_hearts.fom",
        "Multigpu Arena - Hearts",
        "Training",
        "wandb.training.arena.avg_hearts",
        "0:0 0.7:1",
        "> 0.5",
    ),
    (
        "health.training.multigpu_arena_sps.fom",
        "Multigpu Arena - SPS",
        "Training",
        "wandb.training.arena.avg_sps",
        "20000:0 50000:1",
        "> 40000",
    ),
    (
        "health.training.multinode_run_success.fom",
        "Multinode - Run Success",
        "Training",
        "wandb.training.multinode.runs_completed_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.training.multinode_hearts.fom",
        "Multinode - Hearts",
        "Training",
        "wandb.training.multinode.avg_hearts",
        "0:0 0.7:1",
        "> 0.5",
    ),
    (
        "health.training.multinode_shaped_sps.fom",
        "Multinode - Shaped SPS",
        "Training",
        "wandb.training.multinode.shaped_reward_sps",
        "20000:0 50000:1",
        "> 40000",
    ),
    (
        "health.training.local_checkpoint_success.fom",
        "Local Arena - Checkpoint at 10k Steps",
        "Training",
        "training.local.checkpoint_success_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.training.local_resume_success.fom",
        "Local Arena - Resume from Checkpoint",
        "Training",
        "training.local.resume_success_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.training.bug_count.fom",
        "Training - Bug Count",
        "Training",
        "github.issues.training_bugs",
        "0:1 3:0",
        "< 1",
    ),
    (
        "health.training.run_success.fom",
        "Training Run Success",
        "Training",
        "wandb.runs.completed_7d",
        "0:0 7:1",
        ">= 7 per week",
    ),
    (
        "health.training.run_failures.fom",
        "Training Run Failures",
        "Training",
        "wandb.runs.failed_7d",
        "0:1 3:0",
        "0 per week",
    ),
    (
        "health.training.best_accuracy.fom",
        "Best Model Accuracy",
        "Training",
        "wandb.metrics.best_accuracy",
        "0:0 1:1",
        "higher is better",
    ),
    (
        "health.training.avg_accuracy.fom",
        "Avg Model Accuracy",
        "Training",
        "wandb.metrics.avg_accuracy_7d",
        "0:0 1:1",
        "higher is better",
    ),
    (
        "health.training.latest_loss.fom",
        "Training Loss",
        "Training",
        "wandb.metrics.latest_loss",
        "0.1:1 2.0:0",
        "lower is better",
    ),
    (
        "health.training.gpu_utilization.fom",
        "GPU Utilization",
        "Training",
        "wandb.training.gpu_utilization_avg",
        "0:0 80:1",
        ">= 80%",
    ),
    (
        "health.training.duration.fom",
        "Training Duration",
        "Training",
        "wandb.training.avg_duration_hours",
        "0:0.3 1:0.3 1:1 8:1 16:0",
        "2-8 hours; under 1 hour is suspicious (0.3)",
    ),
    (
        "health.ci.tests_passing.fom",
        "Main Branch - Tests Passing",
        "CI/CD",
        "github.ci.tests_passing_on_main",
        "0:0 1:1",
        "all passing",
    ),
    (
        "health.ci.benchmarks_passing.fom",
        "Main Branch - Benchmarks Passing",
        "CI/CD",
        "github.ci.benchmarks_passing",
        "0:0 1:1",
        "all passing",
    ),
    (
        "health.ci.failing_workflows.fom",
        "Main Branch - Failing Workflows",
        "CI/CD",
        "github.ci.failed_workflows_7d",
        "0:1 5:0",
        "< 2",
    ),
    (
        "health.ci.hotfix_count.fom",
        "Commit History - Weekly Hotfixes",
        "CI/CD",
        "github.commits.hotfix",
        "0:1 10:0",
        "< 5 per week",
    ),
    (
        "health.ci.force_merge_count.fom",
        "Commit History - Weekly Force Merges",
        "CI/CD",
        "github.commits.force_merge_7d",
        "0:1 14:0",
        "< 7 per week",
    ),
    (
        "health.ci.revert_count.fom",
        "Commit History - Weekly Reverts",
        "CI/CD",
        "github.commits.reverts",
        "0:1 2:0",
        "< 1 per week",
    ),
    (
        "health.ci.duration_p90.fom",
        "CI Smoothness - P90 Duration",
        "CI/CD",
        "github.ci.duration_p90_minutes",
        "3:1 10:0",
        "< 5 minutes",
    ),
    (
        "health.ci.timeout_cancellations.fom",
        "CI Smoothness - Weekly Timeout Cancellations",
        "CI/CD",
        "github.ci.timeout_cancellations_7d",
        "0:1 20:0",
        "< 10 per week",
    ),
    (
        "health.ci.flaky_checks.fom",
        "CI Smoothness - Weekly Flaky Checks",
        "CI/CD",
        "github.ci.flaky_checks_7d",
        "0:1 20:0",
        "< 10 per week",
    ),
    ("health.ci.stale_prs.fom", "PR Velocity - Stale PRs", "CI/CD", "github.prs.stale_count_14d", "0:1 50:0", "< 20"),
    (
        "health.ci.pr_cycle_time.fom",
        "PR Velocity - Cycle Time",
        "CI/CD",
        "github.prs.cycle_time_hours",
        "24:1 72:0",
        "< 48 hours (p90)",
    ),
    (
        "health.eval.local_run_success.fom",
        "Local Eval - Run Success",
        "Eval",
        "eval.local.success_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.eval.local_hearts_accuracy.fom",
        "Local Eval - Hearts Accuracy",
        "Eval",
        "eval.local.hearts_accuracy_pct",
        "0:1 20:0",
        "< 10% from expected",
    ),
    (
        "health.eval.remote_run_success.fom",
        "Remote Eval - Run Success & Fetchable",
        "Eval",
        "eval.remote.success_24h",
        "0:0 1:1",
        ">= 1 per day",
    ),
    (
        "health.eval.remote_hearts_accuracy.fom",
        "Remote Eval - Hearts Accuracy",
        "Eval",
        "eval.remote.hearts_accuracy_pct",
        "0:1 20:0",
        "< 10% from expected",
    ),
    (
        "health.eval.remote_duration.fom",
        "Remote Eval - Duration",
        "Eval",
        "eval.remote.duration_minutes",
        "3:1 10:0",
        "<= 5 minutes",
    ),
    (
        "health.infra.crash_looping_pods.fom",
        "Cluster - Crash-looping Pods",
        "Additional",
        "k8s.pods.crash_looping",
        "0:1 5:0",
        "0",
    ),
    ("health.infra.pending_pods.fom", "Cluster - Pending Pods", "Additional", "k8s.pods.pending", "0:1 20:0", "< 5"),
    (
        "health.infra.cpu_efficiency.fom",
        "Cluster - CPU Efficiency",
        "Additional",
        "k8s.resources.cpu_efficiency_pct",
        "0:0 60:1",
        ">= 40%",
    ),
    (
        "health.infra.failed_jobs.fom",
        "SkyPilot - Weekly Failed Jobs",
        "Additional",
        "skypilot.jobs.failed_7d",
        "0:1 20:0",
        "< 5 per week",
    ),
    (
        "health.infra.job_recoveries.fom",
        "SkyPilot - Jobs with Recoveries",
        "Additional",
        "skypilot.jobs.with_recoveries",
        "0:1 10:0",
        "< 3",
    ),
    ("health.infra.idle_instances.fom", "EC2 - Idle Instances", "Additional", "ec2.instances.idle", "0:1 10:0", "< 2"),
    (
        "health.infra.unattached_volumes.fom",
        "EC2 - Unattached Volumes",
        "Additional",
        "ec2.ebs.volumes.unattached",
        "0:1 20:0",
        "< 5",
    ),
    (
        "health.planning.open_bugs.fom",
        "Asana - Open Bugs",
        "Additional",
        "asana.projects.bugs.total_open",
        "0:1 50:0",
        "< 15",
    ),
    (
        "health.planning.oldest_bug.fom",
        "Asana - Oldest Bug",
        "Additional",
        "asana.projects.bugs.oldest_bug_days",
        "7:1 90:0",
        "< 30 days",
    ),
    (
        "health.planning.projects_off_track.fom",
        "Asana - Projects off Track",
        "Additional",
        "asana.projects.off_track",
        "0:1 5:0",
        "< 2",
    ),
]


def test_the_catalogue_is_the_specification_row_by_row() -> None:
    loaded = [(fom.name, fom.label, fom.category, fom.metric, fom.points, fom.condition) for fom in _catalogue()]
    assert [(*row[:4], parse_points(row[4]), row[5]) for row in ROWS] == loaded


def test_there_are_42_rows_and_all_of_them_are_on() -> None:
    assert 42 == len(_catalogue())
    assert all(fom.enabled for fom in _catalogue())


def test_every_row_says_why_its_points_are_where_they_are() -> None:
    reasons = [fom.why for fom in _catalogue()]
    assert all(len(reason) > 30 for reason in reasons)
    assert len(set(reasons)) == len(reasons)


def test_row_hashes_tell_all_rows_apart() -> None:
    assert 42 == len({fom.row_hash for fom in _catalogue()})


def _catalogue():
    return load_catalogue(known_metrics=None)
