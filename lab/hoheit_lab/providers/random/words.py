"""Words for memorable names."""

_ADVERBS = """
barely boldly briefly calmly clearly daily deeply duly early easily evenly fairly firmly freely
fully gently gladly hardly highly kindly lately lightly loosely mainly mildly nearly neatly
newly oddly openly partly plainly proudly purely quickly quietly rarely readily roughly safely
shortly slowly smoothly softly solely surely tightly truly vastly warmly
"""
_ADJECTIVES = """
able active agile amber brave bright brisk calm clever cosy curious daring deep eager early fair
fleet fond frank gentle glad golden grand hardy honest humble keen kind lively loyal mellow
merry mighty mild modest neat nimble noble open patient plain polite proud quick quiet ready
robust royal rustic serene sharp silent simple sincere sleek smart snug solid spry steady stout
sturdy subtle sunny swift tender tidy tough upbeat valid vivid warm wise witty
"""
_NAMES = """
adder badger bat bear beaver bison bittern boar buzzard carp chamois cod crane cricket crow
cuckoo curlew deer dipper dormouse dove eagle eel egret eider elk falcon ferret finch fox frog
gannet goat goose grebe gull hare harrier hawk heron hoopoe hornet ibex jackdaw jay kite lark
linnet lizard lynx magpie marmot marten mole moose mouse newt nuthatch osprey otter owl perch
pike plover polecat puffin quail rabbit raven robin rook salmon seal shrew siskin snipe sparrow
squirrel stork swallow swan swift tench tern thrush toad trout viper vole wagtail walrus weasel
whale wolf wren
"""

ADVERBS = tuple(_ADVERBS.split())
ADJECTIVES = tuple(_ADJECTIVES.split())
NAMES = tuple(_NAMES.split())
