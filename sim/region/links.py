"""What each process of the quarter reads and writes: columns of tables, flows and totals.

Declared, and compared by ``tests/region/test_links.py`` with what the processes touch in small
cities of all plans as written; that test's module writes it anew. Of a column that a process
writes, reading cannot be told from writing: it stands under both.
"""

READS: dict[str, str] = {
    "government": """
        organisations.district organisations.kind organisations.stands_for organisations.status
        totals.bids totals.lift_of_kinds totals.over_reported totals.served_first
    """,
    "enact": """

    """,
    "budget": """
        totals.growth_of_science_money totals.years_of_science_money
    """,
    "talent": """
        contracts.quarter contracts.seller contracts.transfer contracts.value firms.above_scale
        firms.alive firms.capabilities firms.field firms.partner firms.posted_until firms.rd
        firms.rd_stock firms.technology_sme flows.applied flows.enrolled flows.exchange_posts
        flows.exchange_ties flows.students_graduated organisations.kind organisations.opens
        organisations.posted organisations.researchers organisations.status
        organisations.visiting projects.organisation projects.phase projects.researchers
        projects.stands_for talents.came talents.capability talents.firm talents.kind
        talents.organisation talents.until totals.employed totals.graduates totals.graduates_due
        totals.graduates_since_the_start totals.graduates_staying totals.highly_skilled
        totals.person_year_cost totals.skilled
    """,
    "research": """
        firms.above_scale firms.alive firms.employees firms.high_tech_industry
        firms.high_tech_until firms.high_value firms.outside firms.patents firms.posted_until
        firms.propensity firms.rd firms.rd_growth firms.rd_induced firms.rd_relabelled
        firms.rd_stock firms.rd_unit firms.results firms.revenue firms.technology_sme
        firms.tests flows.coached_into_rd flows.diagnosed flows.grants organisations.field
        organisations.host_firm organisations.kind organisations.new_unit
        organisations.researchers organisations.stands_for organisations.status results.open
        talents.came talents.firm talents.kind talents.until
    """,
    "subsidy_response": """
        firms.alive firms.employees firms.rd firms.rd_induced firms.rd_padded
        firms.rd_relabelled firms.rd_subsidy flows.rd_subsidy_claims projects.began
        projects.ends projects.firm projects.grant projects.stands_for
    """,
    "maturation": """
        flows.helped flows.spin_offs organisations.cases organisations.district
        organisations.kind organisations.stands_for organisations.status results.capabilities
        results.field results.found results.open results.owner results.piloted results.sold
        results.spin_off results.stage results.success results.validated results.worth
        totals.pilot_projects
    """,
    "outreach": """
        contracts.quarter contracts.seller contracts.transfer contracts.value firms.alive
        firms.attended firms.field firms.first_orders firms.high_tech_until firms.rd
        firms.visited firms.visitor flows.event_firms flows.events flows.first_orders
        flows.scenarios flows.scenarios_opened flows.visits organisations.field
        organisations.kind organisations.posted organisations.researchers organisations.status
        organisations.visiting organisations.visitors projects.organisation projects.phase
        projects.researchers projects.stands_for talents.came talents.kind talents.organisation
        talents.until totals.firms_visited totals.graduates_due totals.scenarios
        totals.scenarios_additional totals.scenarios_due totals.scenarios_since_the_start
    """,
    "meeting": """
        firms.alive firms.attended firms.capabilities firms.dealt firms.field firms.known
        firms.rd firms.visited firms.visitor flows.institute_matches flows.matches
        flows.meetings organisations.kind organisations.status people.active
        results.capabilities results.field results.open results.owner totals.institute_matches
        totals.matches
    """,
    "contract": """
        contracts.additional contracts.quarter contracts.registered contracts.seller
        contracts.service contracts.transfer contracts.value firms.absorbed firms.alive
        firms.capabilities firms.cluster firms.dealt firms.district firms.employees firms.field
        firms.known firms.partner firms.purchases firms.rd firms.rd_stock firms.technology_sme
        firms.voucher flows.bonus_base flows.broker_cases flows.brokered flows.brokered_value
        flows.contracts flows.contracts_real flows.products_of_transfers flows.sales_declined
        flows.transfers flows.turnover flows.turnover_real flows.voucher_contracts
        organisations.cases organisations.district organisations.field organisations.income
        organisations.kind organisations.posted organisations.registration
        organisations.researchers organisations.status organisations.visiting
        projects.organisation projects.phase projects.researchers projects.stands_for
        results.capabilities results.open results.owner results.sold results.spin_off
        results.success results.value results.worth talents.came talents.kind
        talents.organisation talents.until totals.graduates_due
    """,
    "projects": """
        contracts.quarter contracts.seller contracts.transfer contracts.value firms.above_scale
        firms.absorbed firms.alive firms.ally firms.dealt firms.field firms.known firms.leading
        firms.partner firms.rd firms.rd_relabelled firms.rd_stock firms.revenue
        firms.technology_sme flows.city_projects flows.declined flows.helped
        flows.joint_investment flows.joint_profit_and_tax flows.joint_projects flows.joint_sales
        flows.joint_value flows.key_projects flows.listed_projects flows.won_projects
        organisations.cases organisations.field organisations.host_firm organisations.kind
        organisations.partner organisations.posted organisations.quality
        organisations.researchers organisations.status organisations.visiting projects.accepted
        projects.began projects.ends projects.firm projects.kind projects.led_by_talent
        projects.major projects.milestones projects.organisation projects.phase
        projects.potential projects.production projects.products projects.researchers
        projects.sales projects.stands_for projects.value projects.works talents.came
        talents.firm talents.kind talents.organisation talents.until totals.graduates_due
        totals.joint_investment totals.joint_investment_new totals.joint_profit_and_tax
        totals.joint_profit_and_tax_new totals.joint_sales totals.joint_sales_new
        totals.pilot_room
    """,
    "founding": """
        firms.above_scale firms.alive firms.cluster firms.district firms.field firms.leading
        firms.means firms.partner firms.platforms firms.rd firms.rd_stock flows.founded
        flows.invested flows.turned_away organisations.cluster organisations.district
        organisations.field organisations.kind organisations.level organisations.means
        organisations.negotiates_until organisations.new_unit organisations.opens
        organisations.platforms organisations.pressed organisations.researchers
        organisations.seats organisations.stands_for organisations.status organisations.tenants
        totals.bids totals.lift_of_kinds totals.pilot_offices_offered totals.reached
    """,
    "equipment": """
        firms.alive firms.employees firms.rd firms.tests flows.equipment_uses
        flows.instruments_registered organisations.instruments
        organisations.instruments_registered organisations.kind organisations.researchers
        organisations.status totals.equipment_uses totals.equipment_uses_of_small_firms
    """,
    "learning": """
        contracts.buyer contracts.quarter contracts.transfer contracts.unit firms.alive
        firms.capabilities firms.oldest firms.outside firms.posted_until firms.rd firms.rd_stock
        firms.visited firms.visitor flows.units_learnt organisations.field projects.ends
        projects.firm projects.organisation projects.phase projects.stands_for talents.firm
        talents.kind talents.until
    """,
    "incubation": """
        firms.above_scale firms.alive firms.carrier firms.cluster firms.district firms.founded
        firms.graduated firms.hatched firms.left_seat firms.rd firms.revenue firms.seated
        firms.seedling flows.graduates flows.hatched flows.seated flows.turned_away
        organisations.cluster organisations.district organisations.host_class organisations.kind
        organisations.level organisations.rent organisations.seats organisations.status
        organisations.tenants totals.seedlings
    """,
    "funds": """
        firms.above_scale firms.alive firms.equity firms.founded firms.rd_stock firms.revenue
        flows.equity flows.equity_firms flows.fund_commitments flows.funds_closed flows.grants
        flows.private_raised totals.capital_open totals.commitments_free totals.commitments_open
        totals.equity totals.fund_commitments totals.fund_money totals.funds totals.funds_closed
        totals.funds_due totals.to_invest
    """,
    "services": """
        contracts.bonus contracts.quarter contracts.service firms.above_scale firms.alive
        firms.rd firms.results firms.technology_sme flows.bonus_base flows.brokered_value
        flows.certified flows.founded flows.grants flows.invested flows.services_closed
        organisations.cases organisations.cluster organisations.district organisations.field
        organisations.host_body organisations.host_class organisations.host_firm
        organisations.income organisations.kind organisations.level organisations.means
        organisations.new_unit organisations.platforms organisations.pressed
        organisations.registration organisations.researchers organisations.seats
        organisations.stands_for organisations.status people.active people.pressed
        totals.lift_of_brokers totals.lift_of_kinds totals.reached
    """,
    "market": """
        firms.absorbed firms.alive firms.employees firms.first_orders firms.founded
        firms.rd_growth firms.revenue
    """,
    "space": """
        firms.above_scale firms.alive flows.space_finished organisations.kind
        organisations.new_unit organisations.opens organisations.status organisations.tenants
        totals.blocks_finished totals.space totals.space_begun totals.space_due
        totals.space_in_use totals.space_new
    """,
    "demography": """
        firms.above_scale firms.alive firms.carrier firms.employees firms.field firms.founded
        firms.high_tech_until firms.left_seat firms.propensity firms.rd firms.rd_relabelled
        firms.revenue firms.service_status firms.status_pressed firms.technology_sme
        flows.closed flows.entered flows.fell_below flows.high_tech_applications
        flows.rose_above flows.service_statuses organisations.researchers organisations.status
        totals.lift_of_statuses
    """,
    "accreditation": """
        firms.alive firms.rd flows.promoted organisations.cases organisations.grade
        organisations.host_class organisations.host_firm organisations.kind organisations.level
        organisations.quality organisations.reached organisations.stands_for
        organisations.status organisations.tenants totals.reached
    """,
    "evaluation": """
        firms.alive firms.cluster firms.district firms.platforms firms.rd flows.awards
        flows.closed_platforms organisations.cases organisations.cluster organisations.decided
        organisations.district organisations.failures organisations.grade
        organisations.host_body organisations.host_class organisations.host_firm
        organisations.income organisations.kind organisations.level organisations.opens
        organisations.passed organisations.platforms organisations.quality
        organisations.registration organisations.researchers organisations.seats
        organisations.stands_for organisations.status organisations.tenants
    """,
    "districts": """
        firms.alive firms.district firms.rd flows.park_applications flows.parks_granted
        flows.poles_named totals.parks totals.poles_of_districts totals.poles_of_zones
    """,
    "accounts": """
        firms.alive firms.means firms.platforms firms.revenue flows.earned
        flows.failed_platforms flows.from_platforms flows.hosts_paid flows.passed_on
        flows.received flows.rescued_platforms flows.set_aside flows.spent
        organisations.capacity organisations.cash organisations.decided organisations.funded
        organisations.host_body organisations.host_class organisations.host_firm
        organisations.host_pays organisations.income organisations.kind organisations.means
        organisations.platforms organisations.received organisations.registration
        organisations.rent organisations.researchers organisations.seats organisations.short
        organisations.stands_for organisations.status organisations.takings
        organisations.tenants
    """,
    "settle": """
        contracts.bonus firms.rd_subsidy firms.voucher flows.bonus flows.rd_subsidy_granted
        totals.served_first
    """,
}

WRITES: dict[str, str] = {
    "government": """
        totals.bids totals.lift_of_brokers totals.lift_of_kinds totals.over_reported
    """,
    "enact": """

    """,
    "budget": """
        totals.growth_of_science_money totals.years_of_science_money
    """,
    "talent": """
        firms.capabilities firms.partner firms.posted_until flows.applied flows.enrolled
        flows.exchange_posts flows.exchange_ties flows.students_graduated organisations.posted
        organisations.researchers talents.came talents.capability talents.firm talents.kind
        talents.organisation talents.tied talents.until totals.employed totals.graduates
        totals.graduates_due totals.graduates_since_the_start totals.graduates_staying
        totals.highly_skilled totals.person_year_cost totals.skilled
    """,
    "research": """
        firms.high_value firms.patents firms.rd firms.rd_growth firms.rd_stock firms.results
        flows.diagnosed flows.grants results.capabilities results.field results.found
        results.open results.owner results.piloted results.sold results.spin_off results.stage
        results.success results.validated results.value results.worth
    """,
    "subsidy_response": """
        firms.rd_induced firms.rd_padded firms.rd_subsidy flows.rd_subsidy_claims
    """,
    "maturation": """
        firms.above_scale firms.absorbed firms.alive firms.ally firms.attended
        firms.capabilities firms.carrier firms.cluster firms.dealt firms.district
        firms.employees firms.equity firms.field firms.first_orders firms.founded
        firms.graduated firms.hatched firms.high_tech_industry firms.high_tech_until
        firms.high_value firms.known firms.leading firms.left_seat firms.means firms.oldest
        firms.origin firms.outside firms.partner firms.patents firms.platforms
        firms.posted_until firms.propensity firms.purchases firms.rd firms.rd_growth
        firms.rd_induced firms.rd_padded firms.rd_relabelled firms.rd_stock firms.rd_subsidy
        firms.rd_unit firms.results firms.revenue firms.seated firms.seedling
        firms.service_status firms.status_pressed firms.technology_sme firms.tests firms.visited
        firms.visitor firms.voucher flows.helped flows.spin_offs organisations.cases
        results.piloted results.spin_off results.stage results.success results.validated
        results.worth totals.pilot_room totals.pilot_share
    """,
    "outreach": """
        firms.attended firms.first_orders firms.visited firms.visitor flows.event_firms
        flows.events flows.first_orders flows.scenarios flows.scenarios_opened flows.visits
        organisations.visiting organisations.visitors totals.firms_visited totals.scenarios
        totals.scenarios_additional totals.scenarios_due totals.scenarios_since_the_start
    """,
    "meeting": """
        flows.broker_cases flows.institute_matches flows.matches flows.meetings
        totals.institute_matches totals.matches
    """,
    "contract": """
        contracts.additional contracts.bonus contracts.buyer contracts.quarter
        contracts.registered contracts.seller contracts.seller_firm contracts.service
        contracts.transfer contracts.unit contracts.value firms.absorbed firms.dealt firms.known
        firms.partner firms.purchases firms.voucher flows.bonus_base flows.brokered
        flows.brokered_value flows.contracts flows.contracts_real flows.products_of_transfers
        flows.sales_declined flows.transfers flows.turnover flows.turnover_real
        flows.voucher_contracts organisations.cases organisations.income results.open
        results.sold
    """,
    "projects": """
        firms.absorbed firms.ally firms.dealt firms.known flows.city_projects flows.declined
        flows.helped flows.joint_investment flows.joint_profit_and_tax flows.joint_projects
        flows.joint_sales flows.joint_value flows.key_projects flows.won_projects
        organisations.cases projects.accepted projects.began projects.ends projects.firm
        projects.grant projects.kind projects.led_by_talent projects.major projects.milestones
        projects.organisation projects.phase projects.potential projects.production
        projects.products projects.public projects.researchers projects.sales
        projects.stands_for projects.value projects.works totals.joint_investment
        totals.joint_investment_new totals.joint_profit_and_tax totals.joint_profit_and_tax_new
        totals.joint_sales totals.joint_sales_new totals.pilot_projects
    """,
    "founding": """
        firms.means firms.platforms flows.founded flows.invested organisations.capacity
        organisations.cases organisations.cash organisations.cluster organisations.decided
        organisations.design organisations.district organisations.failures organisations.field
        organisations.funded organisations.grade organisations.host_body
        organisations.host_class organisations.host_firm organisations.host_pays
        organisations.income organisations.instruments organisations.instruments_registered
        organisations.kind organisations.level organisations.means
        organisations.negotiates_until organisations.new_unit organisations.opens
        organisations.partner organisations.passed organisations.platforms organisations.posted
        organisations.pressed organisations.quality organisations.reached organisations.received
        organisations.registration organisations.rent organisations.researchers
        organisations.seats organisations.short organisations.stands_for organisations.status
        organisations.takings organisations.tenants organisations.visiting
        organisations.visitors totals.pilot_offices_offered totals.reached
    """,
    "equipment": """
        firms.tests flows.equipment_uses flows.instruments_registered organisations.instruments
        organisations.instruments_registered totals.equipment_uses
        totals.equipment_uses_of_small_firms
    """,
    "learning": """
        firms.capabilities firms.oldest firms.outside flows.units_learnt
    """,
    "incubation": """
        firms.carrier firms.graduated firms.hatched firms.left_seat firms.seated firms.seedling
        flows.graduates flows.hatched flows.seated flows.turned_away organisations.tenants
        totals.seedlings
    """,
    "funds": """
        firms.equity flows.equity flows.equity_firms flows.fund_commitments flows.funds_closed
        flows.private_raised totals.capital_open totals.commitments_free totals.commitments_open
        totals.equity totals.fund_commitments totals.fund_money totals.funds totals.funds_closed
        totals.funds_due totals.to_invest
    """,
    "services": """
        flows.certified flows.founded flows.invested flows.services_closed
        organisations.capacity organisations.cases organisations.cash organisations.cluster
        organisations.decided organisations.design organisations.district organisations.failures
        organisations.field organisations.funded organisations.grade organisations.host_body
        organisations.host_class organisations.host_firm organisations.host_pays
        organisations.income organisations.instruments organisations.instruments_registered
        organisations.kind organisations.level organisations.means
        organisations.negotiates_until organisations.new_unit organisations.opens
        organisations.partner organisations.passed organisations.platforms organisations.posted
        organisations.pressed organisations.quality organisations.reached organisations.received
        organisations.registration organisations.rent organisations.researchers
        organisations.seats organisations.short organisations.stands_for organisations.status
        organisations.takings organisations.tenants organisations.visiting
        organisations.visitors people.active people.certified people.pressed totals.reached
    """,
    "market": """
        firms.employees firms.revenue
    """,
    "space": """
        flows.space_finished totals.blocks_finished totals.space totals.space_begun
        totals.space_due totals.space_in_use totals.space_new
    """,
    "demography": """
        firms.above_scale firms.absorbed firms.alive firms.ally firms.attended
        firms.capabilities firms.carrier firms.cluster firms.dealt firms.district
        firms.employees firms.equity firms.field firms.first_orders firms.founded
        firms.graduated firms.hatched firms.high_tech_industry firms.high_tech_until
        firms.high_value firms.known firms.leading firms.left_seat firms.means firms.oldest
        firms.origin firms.outside firms.partner firms.patents firms.platforms
        firms.posted_until firms.propensity firms.purchases firms.rd firms.rd_growth
        firms.rd_induced firms.rd_padded firms.rd_relabelled firms.rd_stock firms.rd_subsidy
        firms.rd_unit firms.results firms.revenue firms.seated firms.seedling
        firms.service_status firms.status_pressed firms.technology_sme firms.tests firms.visited
        firms.visitor firms.voucher flows.closed flows.entered flows.fell_below
        flows.high_tech_applications flows.rose_above
    """,
    "accreditation": """
        flows.promoted organisations.level organisations.reached totals.reached
    """,
    "evaluation": """
        firms.platforms flows.awards flows.closed_platforms organisations.failures
        organisations.grade organisations.passed organisations.platforms organisations.status
    """,
    "districts": """
        flows.park_applications flows.parks_granted flows.poles_named totals.parks
        totals.poles_of_districts
    """,
    "accounts": """
        firms.means flows.earned flows.failed_platforms flows.from_platforms flows.hosts_paid
        flows.rescued_platforms flows.set_aside flows.spent organisations.capacity
        organisations.cash organisations.funded organisations.host_pays organisations.means
        organisations.platforms organisations.rent organisations.researchers organisations.seats
        organisations.short organisations.status organisations.takings
    """,
    "settle": """
        contracts.bonus firms.rd_subsidy firms.voucher flows.bonus flows.rd_subsidy_granted
    """,
}
