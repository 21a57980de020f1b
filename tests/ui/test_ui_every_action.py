"""Every row of the action table is pressed by a test with a pilot; the table here says by which."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from atlas_tui.ui import actions
from atlas_tui.ui.actions import ACTIONS, Action
from tests.ui.fake import fake_app, started, until

HERE = "every_action::test_each_screen_has_its_key"
"""For the rows whose keys this file takes from the table itself."""

PROBLEM_TESTS = {
    "app.solve": "actions::test_the_footer_follows",
    "problem.open_file": "problem::test_open_a_file_by_a_few_letters",
    "problem.choose_target": "target::test_the_others_can_be_chosen_from_a_list",
    "problem.switch_how": "target::test_how_it_is_written_goes_round_and_reaches_the_review",
    "problem.switch_change": "change::test_a_repository_offers_both_kinds",
    "problem.check_tests": "change::test_the_tests_are_run_and_told_and_a_run_is_of_that_change",
    "problem.stop_check": "change::test_esc_stops_the_tests_and_the_text_stays",
    "problem.show_left_out": "change::test_the_tests_are_run_and_told_and_a_run_is_of_that_change",
    "problem.edit_samples": "samples::test_change_add_and_delete",
    "problem.run_how": "run_how::test_what_is_asked_for_is_shown_and_runs",
    "problem.add_file": "prompt::test_add_a_file_by_a_few_letters",
    "problem.recent": "drafts::test_an_earlier_problem_comes_back_with_its_samples",
    "problem.edit_outside": "drafts::test_an_editor_that_fails_changes_nothing",
}
MACHINE_TESTS = {
    "machine.use_model": "machine::test_a_model_is_removed_after_a_question_but_not_the_one_in_use",
    "machine.pull_model": "machine::test_a_model_is_fetched_used_and_verified",
    "machine.stop_job": "machine::test_a_pull_is_paused_and_goes_on",
    "machine.verify_model": "machine::test_a_model_is_fetched_used_and_verified",
    "machine.remove_model": "machine::test_a_model_is_removed_after_a_question_but_not_the_one_in_use",
    "machine.pull_other": "machine::test_any_file_of_the_hub_can_be_named",
    "machine.edit_setting": "machine::test_a_setting_with_choices_is_chosen",
    "machine.reset_setting": "machine::test_a_setting_is_changed_at_once_and_in_the_file",
    "machine.check_again": "machine::test_the_tabs_have_keys_and_are_looked_at_again",
    "machine.show_tab.models": "machine::test_the_tabs_have_keys_and_are_looked_at_again",
    "machine.show_tab.settings": "machine::test_the_tabs_have_keys_and_are_looked_at_again",
    "machine.show_tab.doctor": "machine::test_the_tabs_have_keys_and_are_looked_at_again",
}
RUN_TESTS = {
    "app.cancel": "actions::test_the_footer_follows",
    "run.toggle_thinking": "cards::test_thinking_is_opened_and_closed_with_a_key",
    "run.review_choice": "target::test_how_it_is_written_goes_round_and_reaches_the_review",
    "run.focus_candidate": "run::test_candidates_that_are_drawn_later_take_the_places_and_a_key_goes_back",
    "run.zoom": "run::test_zoom",
    "run.toggle_plan": "run::test_plans_are_shown_while_they_are_made_and_on_a_key",
    "run.details": "proofs::test_a_step_opens_the_run_that_shows_it",
    "run.show_why": "proofs::test_the_sentence_stands_below_the_table",
    "run.stop_one": "going_on::test_x_stops_the_candidate_in_front_alone",
    "run.draw_more": "going_on::test_m_asks_for_more_candidates",
    "run.replay_faster": "sessions::test_a_replay_goes_on_by_itself_and_ends_at_once_when_asked",
    "app.prefer": "going_on::test_the_why_screen_asks_too_for_the_selected_column",
    "app.repair": "going_on::test_the_why_screen_asks_too_for_the_selected_column",
    "app.search": "proofs::test_a_search_in_the_table_finds_what_cells_have_no_room_for",
    "app.copy_program": "habits::test_the_program_in_front_is_copied",
}
WHY_TESTS = {
    "why.open_cell": "why::test_a_cell_opens_what_proves_it",
    "why.fold_rows": "why::test_rows_that_tell_nothing_are_folded",
    "why.show_difference": "why::test_programs_are_compared_on_a_key",
    "why.show_repair": "why::test_programs_are_compared_on_a_key",
    "why.show_map": "lens::test_a_key_shows_the_map_of_a_stored_session_too",
    "why.review_column": "why::test_the_selected_candidate_is_reviewed",
}
REVIEW_TESTS = {
    "review.accept": "review::test_accept_undo_accept_commit",
    "review.reread": "review::test_a_file_that_changed_meanwhile_is_left_alone",
    "review.toggle_hunk": "review_hunks::test_a_hunk_is_left_and_the_other_written",
    "review.next_hunk": "review_hunks::test_a_hunk_is_left_and_the_other_written",
    "review.previous_hunk": "review_hunks::test_a_subset_is_green_only_after_it_passed_in_the_sandbox",
    "review.test_subset": "review_hunks::test_a_subset_is_green_only_after_it_passed_in_the_sandbox",
    "review.three_way": "review_disk::test_a_merge_keeps_both_edits_and_is_reviewed_first",
    "review.undo": "review::test_accept_undo_accept_commit",
    "review.redo": "review_disk::test_undo_and_redo_of_the_whole_group",
    "review.commit": "review::test_accept_undo_accept_commit",
    "review.against": "review_hunks::test_comparing_with_other_candidates",
    "review.beside": "review_hunks::test_side_by_side",
    "review.edit_hunk": "review_hunks::test_editing_keeps_line_ends_and_is_untested",
    "review.split_hunk": "review_hunks::test_splitting",
    "review.take_all": "review_hunks::test_all_and_none",
    "review.revert": "review_commit::test_only_the_files_of_a_commit_are_undone",
    "review.next_file": "review_hunks::test_the_file_of_tests_is_offered_and_goes_along_only_when_taken",
    "review.previous_file": "review_hunks::test_the_file_of_tests_is_offered_and_goes_along_only_when_taken",
    "review.fold": "review_hunks::test_folds",
    "review.whole_file": "review_hunks::test_folds",
    "review.show_candidate": "review::test_another_candidate_than_the_chosen_one_is_asked_about",
    "review.copy_program": "habits::test_a_diff_is_searched_on_both_sides",
}
SESSIONS_TESTS = {
    "sessions.open_session": "sessions::test_a_session_is_seen_as_it_was_and_its_change_can_be_written",
    "sessions.replay_session": "sessions::test_a_replay_goes_on_by_itself_and_ends_at_once_when_asked",
    "sessions.run_again": "sessions::test_run_again",
    "sessions.export_session": "sessions::test_export",
    "sessions.delete_session": "sessions::test_deleting_asks_and_keeps_the_place",
    "sessions.search_sessions": "sessions::test_words_and_filters_narrow_the_list",
    "sessions.filter_sessions": "sessions::test_words_and_filters_narrow_the_list",
}
BENCH_TESTS = {
    "bench.open_result": "bench::test_any_problem_opens_on_the_why_screen_under_the_marked_condition",
    "bench.begin_bench": "bench::test_a_run_is_begun_with_the_bundled_model_and_shown_as_it_goes",
    "bench.stop_bench": "bench::test_a_run_is_stopped_and_its_reason_is_told_where_it_cannot_begin",
    "bench.filter_results": "bench::test_filters_say_where_conditions_differ",
    "bench.report_bench": "bench::test_a_report_is_written_as_its_name_says",
    "bench.add_bench": "bench::test_a_run_elsewhere_is_opened_by_its_folder",
    "bench.condition_before": "bench::test_any_problem_opens_on_the_why_screen_under_the_marked_condition",
    "bench.condition_after": "bench::test_any_problem_opens_on_the_why_screen_under_the_marked_condition",
}
EVERYWHERE_TESTS = {
    "app.picture": "picture::test_a_key_saves_what_the_screen_shows",
    **{f"app.go.{screen}": HERE for screen in actions.EVERYWHERE},
    "app.help": "actions::test_help_lists_every_action",
    "app.command_palette": "actions::test_the_palette_offers_and_does_what_is_possible",
    "app.choose_theme": "themes::test_a_theme_is_seen_while_it_is_chosen_and_kept_in_the_file",
    "app.suspend_process": "pty_life::test_suspended_and_brought_back_by_a_shell",
    "app.quit": "machine::test_leaving_does_not_wait_for_a_silent_server",
    "app.interrupt": "run::test_quitting_in_the_middle_of_a_run_closes_the_runtime",
}
PRESSED = (
    PROBLEM_TESTS
    | RUN_TESTS
    | WHY_TESTS
    | REVIEW_TESTS
    | SESSIONS_TESTS
    | MACHINE_TESTS
    | BENCH_TESTS
    | EVERYWHERE_TESTS
)
"""The binding's name, and the test that presses its key: the file without ``test_ui_``, then the function.
A name without its argument stands for all rows of that action, of which one is pressed.
"""


@cache
def words_of(file: str) -> dict[str, set[str]]:
    """The texts that stand in each test of a file, and in the helpers of that file that it calls."""
    tree = ast.parse((Path(__file__).parent / f"test_ui_{file}.py").read_text("utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    own, called = dict[str, set[str]](), dict[str, set[str]]()
    for function in functions:
        nodes = list(ast.walk(function))
        values = [node.value for node in nodes if isinstance(node, ast.Constant)]
        # What is typed into a real terminal is bytes.
        typed = {value.decode("latin-1") for value in values if isinstance(value, bytes)}
        own[function.name] = typed | {value for value in values if isinstance(value, str)}
        called[function.name] = {node.id for node in nodes if isinstance(node, ast.Name)}
    return {name: own[name].union(*(own[each] for each in called[name] & own.keys())) for name in own}


def names_of(row: Action) -> tuple[str, str]:
    """The binding's name, and that without its argument."""
    name = actions.binding_id(row)
    return name, name.removesuffix(f".{row.argument}") if row.argument else name


def test_the_table_names_no_action_that_is_gone() -> None:
    assert not PRESSED.keys() - {name for row in ACTIONS for name in names_of(row)}


@pytest.mark.parametrize("row", ACTIONS, ids=actions.binding_id)
def test_each_action_is_pressed_by_a_test(row: Action) -> None:
    name = next((each for each in names_of(row) if each in PRESSED), "")
    missing = f"no pilot test presses {row.key} for {names_of(row)[0]}: write one and name it in PRESSED"
    assert name, missing
    keys = {key for each in ACTIONS if name in names_of(each) for key in each.key.split(",")}
    keys |= {chr(ord(key[-1]) - 96) for key in keys if key.startswith("ctrl+") and len(key) == 6}
    file, _, test = PRESSED[name].partition("::")
    texts = words_of(file)
    assert test in texts, f"test_ui_{file}.py has no {test}"
    if PRESSED[name] != HERE:
        assert texts[test] & keys, f"{test} of test_ui_{file}.py presses none of {', '.join(sorted(keys))}"


async def test_each_screen_has_its_key(tmp_path: Path) -> None:
    app, _ = fake_app(tmp_path)
    async with app.run_test(size=(100, 30)) as pilot:
        await started(pilot)
        rows = [row for row in ACTIONS if row.id == "go"]
        assert [row.argument for row in rows] == list(actions.EVERYWHERE)
        for row in [*rows[1:], rows[0]]:
            await pilot.press(row.key)

            def shown(mode: str = row.argument) -> bool:
                return app.current_mode == mode

            await until(pilot, shown)
