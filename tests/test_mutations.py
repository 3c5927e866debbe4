"""No file with something wrong in it ends in words that are not ours."""

from mutations import main


def test_a_changed_file_is_run_or_refused_in_a_sentence(capsys):
    assert main(60) == 0, capsys.readouterr().out
