"""The numbers of the process."""

from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="talent"):
    """Numbers of the process."""

    vice_president_quota: float = meaning("titles of vice-presidents in the province, at the start")
    vice_president_growth: float = meaning("quota and applications of vice-presidents")
    vice_president_pass: float = meaning("applicants for vice-president who pass")
    vice_president_term: float = meaning("term of a vice-president")
    professor_quota: float = meaning("titles of industry professors in the province, at the start")
    professor_growth: float = meaning("quota and applications of industry professors")
    professor_pass: float = meaning("applicants for industry professor who pass")
    professor_term: float = meaning("term of an industry professor, whole years")
    nominations: float = meaning(
        "nominations of professors per university, at most; never below the usual"
    )
    local_senders: float = meaning(
        "vice-presidents sent by universities and institutes of the city"
    )
    mobilised: float = meaning("further applications per post that a plan offers")
    weaker: float = meaning("by how much an application that a plan's posts bring is weaker")
    size_of_applicant: float = meaning("a firm's applications to its R&D stock")
    carries: float = meaning("vice-presidents who bring a capability to a firm that does R&D")
    forgets: float = meaning(
        "capabilities brought by vice-presidents that are lost at the end of the term"
    )
    ties: float = meaning("a post ties a firm without a partner to the local organisation")
    leading_quota: float = meaning(
        "national and provincial titles of leading talent in the province"
    )
    leading_growth: float = meaning("quota and applications of leading talent")
    leading_pass: float = meaning("applicants for leading talent who pass")
    leading_package: float = meaning("what a leading talent is given elsewhere in all")
    at_firms: float = meaning("leading talents at firms")
    candidates: float = meaning("candidates per talent who comes or applies without policy")
    response: float = meaning("the odds of a talent's coming to the package")
    pull: float = meaning("the odds of a talent's coming to the city's universities and institutes")
    programme_years: float = meaning("time in which the top talents of the start came")
    top_pool: float = meaning("top talents of all places who weigh a move to such a city")
    top_package: float = meaning("what a top talent's team is given elsewhere in all")
    top_stay: float = meaning("mean stay of a top talent")
    build_up: float = meaning(
        "recruitment of an institute in its first years over that of later ones"
    )
    build_up_years: float = meaning("an institute's first years")
    team_pool: float = meaning(
        "most candidates of all institutes together, over those of the start"
    )
    team_package: float = meaning("what a talent or team is given elsewhere in all")
    team_stay: float = meaning("mean stay of a talent or team at an institute")
    team_staff: float = meaning(
        "researchers by which a talent or team raises its institute's staff"
    )
    willing: float = meaning("a R&D firm would take somebody sent to it")
    sent: float = meaning("the city's public researchers that can be sent")
    post_cost: float = meaning("cost of an exchange post")
    years_before: float = meaning(
        "graduates trained before the start at the start's rate: so many years' worth"
    )
    enrolment_growth: float = meaning("enrolment before the start")
    two_years: float = meaning("students who finish after two years, the others after three")
    completes: float = meaning("students who complete their studies")
    supervises: float = meaning("new students per researcher of an institute, at most")
    filled: float = meaning("further places that are granted and find a student")
    stays: float = meaning("graduates who take work in the city")
    certifies: float = meaning("the other skilled staff who become highly skilled")
    enters: float = meaning("beginners per skilled worker")
    retires: float = meaning("the other skilled staff who retire")
    retires_highly: float = meaning("the highly skilled who retire")
    cost_growth: float = meaning("R&D expenditure per person-year")
    employment_growth: float = meaning("the employed")
    top_share: float = meaning(
        "a quarter's top talents on the move whom one city draws unasked, at most"
    )
