"""Tests that only `make test-all` runs because of what they take together, by the begin of their names.

Each repeats on another tier, size or road what a quick test shows already.
"""

from __future__ import annotations

SLOW = (
    "tests/cli/test_bench_run.py::test_ctrl_c_ends_it_in_order",
    "tests/cli/test_bench_run.py::test_two_parts_are_run_and_merged",
    "tests/cli/test_ending.py::test_ended_while_a_hook_runs[1]",
    "tests/cli/test_ending.py::test_ended_while_a_hook_runs[2]",
    "tests/cli/test_sandbox_command.py::test_a_class",
    "tests/cli/test_sandbox_command.py::test_a_command_in_a_copy_of_a_tree",
    "tests/cli/test_sandbox_command.py::test_limits_are_those_given",
    "tests/cli/test_sandbox_command.py::test_other_languages",
    "tests/cli/test_sandbox_command.py::test_the_human_form_counts_the_runs",
    "tests/cli/test_sessions_command.py::test_export_as_a_picture",
    "tests/cli/test_solve.py::test_a_model_process_that_dies_twice",
    "tests/cli/test_solve.py::test_a_proposed_target_is_recorded",
    "tests/cli/test_solve.py::test_a_reader_that_goes_away_ends_the_command[sessions]",
    "tests/cli/test_solve.py::test_ctrl_c_in_every_stage[repair]",
    "tests/cli/test_solve.py::test_no_samples_is_not_verified",
    "tests/cli/test_solve_change.py::test_a_killed_run_leaves_the_tree_as_it_was[15]",
    "tests/cli/test_solve_change.py::test_all_files_of_the_choice",
    "tests/cli/test_solve_change.py::test_passing_already",
    "tests/cli/test_solve_change.py::test_tests_that_hang",
    "tests/cli/test_solve_change.py::test_who_changes_the_tests",
    "tests/engine/test_lasting.py::test_a_death_in_any_phase_costs_a_restart[6]",
    "tests/engine/test_measuring.py::test_a_real_model_is_measured",
    "tests/sandbox/test_hostile.py::test_bad_programs[reduced-forks]",
    "tests/sandbox/test_programs.py::test_benign[reduced-",
    "tests/solver/test_going_on.py::test_one_candidate_stops",
    "tests/test_frame_install.py::test_an_environment_that_lost_its_python",
    "tests/training/test_model.py::test_training_saves_and_resumes",
    "tests/ui/test_ui_diff_selection.py::test_the_selection_is_copied_on_a_key[Y]",
    "tests/ui/test_ui_going_on.py::test_the_why_screen_asks_too",
    "tests/ui/test_ui_going_on_real.py::test_repair_more_and_preference",
    "tests/ui/test_ui_habits.py::test_a_theme_is_loaded_again",
    "tests/ui/test_ui_habits.py::test_evidence_in_full",
    "tests/ui/test_ui_hostile.py::test_a_file_that_moved",
    "tests/ui/test_ui_hostile.py::test_every_place_that_shows_text[controls-size3]",
    "tests/ui/test_ui_proofs.py::test_a_search_in_the_table",
    "tests/ui/test_ui_pty_habits.py::test_mouse_and_title_are_the_terminals_where_that_is_wanted[false]",
    "tests/ui/test_ui_pty_life.py::test_a_run_that_nobody_stopped_is_offered_at_the_next_start[closed",
    "tests/ui/test_ui_pty_life.py::test_a_run_that_nobody_stopped_is_offered_at_the_next_start[killed]",
    "tests/ui/test_ui_pty_life.py::test_the_model_process_is_killed_in_a_run",
    "tests/ui/test_ui_real.py::test_escape_stops_a_run",
    "tests/ui/test_ui_review.py::test_an_empty_message",
    "tests/ui/test_ui_review.py::test_an_unverified_choice_is_asked_about",
    "tests/ui/test_ui_review.py::test_another_candidate_than_the_chosen_one",
    "tests/ui/test_ui_review_files.py::test_a_part_is_tested",
    "tests/ui/test_ui_run.py::test_selecting_a_run_shows_its_proof",
    "tests/ui/test_ui_sizes.py::",
    "tests/ui/test_ui_target.py::test_how_it_is_written",
    "tests/ui/test_ui_why.py::test_foreign_text_is_harmless",
    "tests/ui/test_ui_why.py::test_programs_are_compared_on_a_key",
    "tests/workspace/test_commit_interrupted.py::test_before_the_commit_there_is_none[new]",
)
REDUCED_PROJECT = "tests/sandbox/test_programs.py::test_hostile[reduced-"
"""Of these, those with the policy ``project``."""


def is_slow(name: str) -> bool:
    """Whether the test of that node id is one of them."""
    return name.startswith(SLOW) or (name.startswith(REDUCED_PROJECT) and name.endswith("-project]"))
