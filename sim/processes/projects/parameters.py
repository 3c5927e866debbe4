"""Numbers of joint and called projects, of what comes of them, and of those before the start."""

from sim.inputs.numbers import Numbers, meaning


class Parameters(Numbers, name="projects"):
    """Numbers of the process."""

    elasticity: float = meaning("joint projects to R&D across firms")
    tie: float = meaning("rate of those who have had a partner to the others'")
    own_field: float = meaning("strangers that are sought within the WIPO field")
    after_match: float = meaning("joint projects per registered intention to deal")
    major: float = meaning("joint projects of 1 million CNY and more")
    major_from: float = meaning("value from which a joint project is major")
    major_above: float = meaning(
        "mean of what major joint projects have above the value that makes them major"
    )
    small_value: float = meaning("mean value of joint projects that are not major")
    value_spread: float = meaning("a project's value")
    vice_president_projects: float = meaning(
        "joint projects that a science vice-president brings about"
    )
    vice_president_value: float = meaning(
        "median value of joint projects that a science vice-president brings about"
    )
    listed_from: float = meaning(
        "what the firm pays within the term at least, for a project to be listed"
    )
    listed: float = meaning("joint projects large enough to be listed that the province lists")
    staff: float = meaning("researchers of a partner that a large project binds")
    least_rd: float = meaning("R&D below which a firm leads no called project")
    usual_pass: float = meaning("proposals that the city's standing calls take")
    floor: float = meaning("usual places per firm able to lead, where the city holds no calls yet")
    response: float = meaning("applications to places")
    fit_weight: float = meaning("fit beside expertise in the ranking")
    city_value: float = meaning("mean cost of a city project")
    large_from: float = meaning("cost from which a called project is a major one")
    public_share: float = meaning("a called project's cost that public money pays")
    platforms_apply: float = meaning("proposals of a working platform that a call asks")
    provincial_proposals: float = meaning("provincial proposals per 100 researchers")
    national_proposals: float = meaning("proposals for major national projects per 100 researchers")
    firm_proposals: float = meaning("provincial proposals per firm able to lead")
    firm_national: float = meaning("national proposals per provincial one, of firms")
    provincial_pass: float = meaning("provincial proposals that are taken")
    national_pass: float = meaning("national proposals that are taken")
    rivals: float = meaning("rival proposals from elsewhere per proposal of the city at the start")
    lasting: float = meaning("the score's standard deviation that lasting strength weighs")
    experience: float = meaning("what a doubling of called projects carried before adds to a score")
    provincial_value: float = meaning("mean cost of a provincial project")
    national_value: float = meaning("mean cost of a major national project")
    years: float = meaning("time that a large project takes")
    proves: float = meaning("a project's technology works, of a usual pair")
    of_fit: float = meaning("logit of a project's success to the partners' fit")
    of_known: float = meaning("logit of a project's success to having dealt before")
    of_unit: float = meaning("logit of a project's success to a joint unit of the partners")
    taken_up: float = meaning("the value of a project that sells that its firm takes up")
    finds_user: float = meaning("a paying user is found without pilot tests")
    finds_user_piloted: float = meaning("a paying user is found after pilot tests")
    production: float = meaning("investment in production over the project's value, where it sells")
    most_production: float = meaning("largest investment in production over the firm's revenue")
    turnover: float = meaning("sales a year for what is invested")
    sales_spread: float = meaning("investment in production, and sales on it")
    counted: float = meaning("time after its end in which a project's sales are counted")
    profit_tax: float = meaning("sales that are profit and tax")
    payment_delay: float = meaning("time from the call to the grant")
    per_place: float = meaning("researchers per place of an organisation on the ring of partners")
    fit_sector: float = meaning("fit of two partners of one sector, of one field being 1")
    fit_far: float = meaning("fit of two partners of different sectors, of one field being 1")
    most_worth: float = meaning("applicants for a call at most, beside the usual number")
    strongest: float = meaning("lasting strength that counts at most")
    years_apart: float = meaning("the usual length by which projects are longer or shorter at most")
    least_spread: float = meaning("R&D stock of firms able to lead, at least")
    least_own: float = meaning("joint projects that come of firms' own accord at least")
    past: float = meaning(
        "time before the start in which a project may have begun that still counts"
    )
