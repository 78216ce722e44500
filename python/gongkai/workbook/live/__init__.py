"""The formulas of our own sheets: what they are, what each of them shows, and how they come back
after damage.

``formulas`` has their texts, ``results`` the same in Python, ``stored`` puts the results into a
file, ``restoring`` brings labels, figures and formulas back to their places. A test recalculates
workbooks in real programs: what a formula shows there is what ``results`` says.
"""
